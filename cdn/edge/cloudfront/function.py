"""The functions that CloudFront runs: for what plays, and for the rest."""

import re
from typing import Final

from cdn.edge.script import TOKENS, WRITING, script

RUNTIME: Final = "cloudfront-js-2.0"
"""The one with key value stores (Developer Guide, "Restrictions on CloudFront Functions")."""
SIZE_BYTES_MAX: Final = 10_240
"""Developer Guide, "Quotas on CloudFront Functions": 10 KB."""
_IMPORTS: Final = 'import cf from "cloudfront";\nimport crypto from "crypto";\n'
_INDENTATION: Final = re.compile("^ +", re.MULTILINE)
"""A tenth of the code, which counts. No text of it has more than one line."""


def viewer_request(*, checks_tokens: bool) -> str:
    """Return the function for what plays, as JavaScript of runtime 2.0."""
    if checks_tokens:
        names = ("token", "cloudfront_answer", "cloudfront_token")
        return _INDENTATION.sub("", script(*names, begin=_IMPORTS, rules=TOKENS))
    return script("cloudfront_answer", "cloudfront_preflight", rules=WRITING)


def rest_request() -> str:
    """Return the function for what does not play; it refuses what only looks as if it did not."""
    return script("cloudfront_answer", "cloudfront_rest", rules=WRITING)
