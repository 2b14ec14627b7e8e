"""Ids that nobody has."""

import secrets
from typing import Final

from manifests.layout import new_id

_BYTES: Final = 12


def new_random_id() -> str:
    """Return an id that nobody has."""
    return new_id(secrets.token_bytes(_BYTES))
