"""What edges run in JavaScript: code, and in front of it the rules of ``cdn.policy`` and tokens.

The code is in ``cdn/edge/javascript``, and ends in none of the rules itself: what a token looks
like, what it may say and what it opens comes with it as ``POLICY``.
"""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from cdn.policy.cache_key import MISLEADING
from cdn.policy.cross_origin import ON_EVERY_ANSWER, PLAYED_BY, preflight_headers
from cdn.policy.route import OPEN, ROUTES, UNDER_TOKEN
from cdn.signing.bounds import COUNTRY_PATTERN, NO_COUNTRY
from cdn.signing.claims import CLOCK_SKEW_S, LAST_MOMENT_S, RESTRICTING
from cdn.signing.referrer import CHARACTERS_MAX, HOST, SCHEME, URL_CHARACTERS_MAX
from cdn.signing.scope import ABOUT_ENDINGS, CLAIM_PATTERN
from cdn.signing.token import TOKEN_CHARACTERS_MAX
from manifests.layout import GROWING_PREFIX, ID_PATTERN, MEDIA_PREFIX

ENTRY: Final = rf"^/(?:steering/)?({ID_PATTERN})(?:\.[a-z0-9]+)*$"
ASSET: Final = (
    rf"^/(?:{MEDIA_PREFIX}|{GROWING_PREFIX})/({ID_PATTERN})(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$"
)
"""What an edge can tell from a path: none that can be read in two ways, as ``..`` or ``%2f``."""

BASE64URL: Final = r"(?:[\w-]{4})*(?:[\w-]{4}|[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])"
"""Bytes in base64url as they are written, and in no other way (RFC 4648 §3.5).

What decodes at edges takes other texts for the same bytes, or throws at them; who verifies at home
refuses them. ``\\w`` is ASCII in PCRE and JavaScript.
"""

_END: Final = r"(?![\s\S])"
"""Where a text ends: in engines that have PCRE, ``$`` is before a line feed at the end, too."""
TOKENS: Final[Mapping[str, Any]] = {
    "prefix": UNDER_TOKEN,
    "entry": ENTRY,
    "asset": ASSET,
    "about": ABOUT_ENDINGS,
    "open": OPEN,
    "not_kept": "|".join(each.pattern for each in ROUTES if each.under_token and not each.is_kept)
    or "^$",
    "token": rf"^{BASE64URL}(?:\.{BASE64URL}){{2}}$",
    "characters_max": TOKEN_CHARACTERS_MAX,
    "restricting": sorted(RESTRICTING),
    "skew_s": CLOCK_SKEW_S,
    "last_moment_s": LAST_MOMENT_S,
    "id": rf"^{ID_PATTERN}{_END}",
    "scope": rf"^{CLAIM_PATTERN}{_END}",
    "country": rf"^{COUNTRY_PATTERN}{_END}",
    "no_country": sorted(NO_COUNTRY),
    "pattern": rf"^(?:({SCHEME})://)?(\*\.)?({HOST})(?::([0-9]{{1,5}}))?{_END}",
    "page": rf"^({SCHEME})://({HOST})(?::([0-9]{{0,5}}))?([/?#][\s\S]*)?$",
    "page_max": CHARACTERS_MAX,
    "url_max": URL_CHARACTERS_MAX,
}
"""Rules of tokens; ``token.js`` looks for itself that ``*.`` stands in front of no number."""
WRITING: Final[Mapping[str, Any]] = {"misleading": MISLEADING}
"""Rules of how a path is written."""
_ANSWERS: Final[dict[str, Any]] = {
    "cors": {
        name: said
        for name, said in ON_EVERY_ANSWER.items()
        if name != "Access-Control-Expose-Headers"  # there is nothing to read
    },
    "refused": {"Cache-Control": "private, max-age=1"},
    "preflight": {**preflight_headers(PLAYED_BY), "Cache-Control": "no-store"},
    "beside": {
        401: {"WWW-Authenticate": 'Bearer error="invalid_token"'},  # RFC 6750 §3.1
        403: {"WWW-Authenticate": 'Bearer error="insufficient_scope"'},
        405: {"Allow": PLAYED_BY},
    },
}
_COMMENT: Final = re.compile(r"^ *//.*\n", re.MULTILINE)


def script(*names: str, begin: str = "", rules: Mapping[str, Any]) -> str:
    """Return files of code, one after the other, behind ``rules`` and what is to come first.

    Their ``POLICY`` also says what is answered.
    """
    policy = {**rules, **_ANSWERS}
    code = (_COMMENT.sub("", _read(name)) for name in names)
    said = json.dumps(policy, separators=(",", ":"))
    return f"{begin}const POLICY = {said};\n" + "".join(code)


def _read(name: str) -> str:
    return (files("cdn.edge") / "javascript" / f"{name}.js").read_text(encoding="utf-8")
