"""Texts without what URLs in them may hold of secrets: a user and a password, or a signed query.

URLs of stores and caches come into errors in many ways, those of libraries among them, so whatever
is said of them goes through here.
"""

import re
from typing import Final

_URL: Final = re.compile(r"[a-z][a-z0-9+.-]{0,20}://[^\s\"'`<>\\]+", re.IGNORECASE)
_USER: Final = re.compile(r"(?<=://)[^/?#]*@")
_BEHIND_PATH: Final = re.compile(r"[?#].*")


def without_secrets(text: str) -> str:
    """Return a text in which each URL has no user, no password, no query and no fragment."""
    return _URL.sub(lambda url: _BEHIND_PATH.sub("", _USER.sub("", url[0])), text)
