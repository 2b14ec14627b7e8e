"""Texts without secrets: users, passwords and signed queries in URLs, and tokens anywhere.

URLs of stores and caches come into errors in many ways, those of libraries among them, and clients
put their tokens wherever they like. So whatever is said of either goes through here.
"""

import re
from typing import Final

_URL: Final = re.compile(r"[a-z][a-z0-9+.-]{0,20}://[^\s\"'`<>\\]+", re.IGNORECASE)
_NO_PORT: Final = r":(?![0-9]+(?:[/?#'>`,;)\]}\s]|\Z))"
_USER: Final = re.compile(
    r"(?<=://)(?:[^\s\"'`<>/?#\\]{0,512}@"
    rf"|[^\s\"/@:\\]{{0,512}}+{_NO_PORT}[^\s\"\\]{{0,512}}@)"
)
"""What is before an @ that ends a user: whatever it is made of where there is a password, which
people write into URLs as it is. Nothing is taken for one that is, or has, a quotation mark."""
_USER_OF_WHOLE: Final = re.compile(rf"(?<=://)(?:[^/?#]*@|[^/@:]*+{_NO_PORT}.*@)", re.DOTALL)
_BEHIND_PATH: Final = re.compile(r"[?#].*", re.DOTALL)
_JWT: Final = re.compile(r"eyJ[\w-]+(?:\.[\w-]*)*", re.ASCII)
"""A header in JSON, as base64url has it (RFC 7519 §3.1), and what follows, be it cut short."""


def without_secrets(text: str) -> str:
    """Return a text in which each JWT is a dash.

    No URL in it has a user, a password, a query or a fragment.
    """
    if "://" not in text and "eyJ" not in text:  # nearly always, and a tenth of the time
        return text
    bare = _URL.sub(lambda url: _BEHIND_PATH.sub("", url[0]), _USER.sub("", text))
    return _JWT.sub("-", bare)


def bare_url(url: str) -> str:
    """Return a URL without its secrets, whatever they are made of; what is none as it is."""
    if "://" not in url:
        return url
    return _BEHIND_PATH.sub("", _USER_OF_WHOLE.sub("", url))


def holds_token(text: str) -> bool:
    """Tell whether a JWT, or a piece of one, is in a text."""
    return _JWT.search(text) is not None
