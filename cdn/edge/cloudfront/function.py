"""The function that CloudFront runs for each request of what plays."""

from typing import Final

from cdn.edge.script import script

RUNTIME: Final = "cloudfront-js-2.0"
"""The one with key value stores (Developer Guide, "Restrictions on CloudFront Functions")."""
SIZE_BYTES_MAX: Final = 10_240
"""Developer Guide, "Quotas on CloudFront Functions": 10 KB."""
_IMPORTS: Final = 'import cf from "cloudfront";\nimport crypto from "crypto";\n'


def viewer_request(*, checks_tokens: bool) -> str:
    """Return the function, as JavaScript of runtime 2.0."""
    if checks_tokens:
        names = ("token", "cloudfront_answer", "cloudfront_token")
        return script(*names, begin=_IMPORTS, checks_tokens=True)
    return script("cloudfront_answer", "cloudfront_preflight", checks_tokens=False)
