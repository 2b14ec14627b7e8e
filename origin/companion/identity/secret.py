"""Secrets: text that is shown once, and what is kept of it. Pure."""

import hashlib
from typing import Final

from manifests.layout import new_id

SECRET_BYTES: Final = 24


def secret_of(random_bytes: bytes) -> str:
    """Spell random bytes as a secret."""
    return new_id(random_bytes)


def digest_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
