"""By which name a request is found again in the logs: its client's, or a CDN's, or one of ours.

What comes in ``X-Request-Id`` is believed only where it is of a plain and short form, and no token:
it ends up in logs, and in the heads of answers.
"""

import re
import secrets
from itertools import count
from typing import Final

from origin.concealing import holds_token

HEADER: Final = "X-Request-Id"
_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:=+/-]{0,99}")
_PREFIX_BYTES: Final = 6

_prefix = secrets.token_hex(_PREFIX_BYTES)
_numbers = count(1)


def new_request_id() -> str:
    """Return a name that no other request has, in whichever process."""
    return f"{_prefix}-{next(_numbers):x}"


def safe_request_id(said: str | None) -> str | None:
    """Return what the header says, if that can be believed."""
    if said is None or not _SAFE.fullmatch(said) or holds_token(said):
        return None
    return said


def request_id_of(said: str | None) -> str:
    """Return what the header says, if that can be believed, else a new name."""
    return safe_request_id(said) or new_request_id()
