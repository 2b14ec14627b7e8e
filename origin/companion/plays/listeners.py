"""Who listens, told apart for one day, and by nobody afterwards. Pure."""

import hashlib
import hmac
from typing import Final

_AGENT_LENGTH_MAX: Final = 512


def listener_of(salt: bytes, network: str, agent: str) -> str:
    """Return a digest of a network and a ``User-Agent`` under a day's salt."""
    said = f"{network}\n{agent[:_AGENT_LENGTH_MAX]}".encode(errors="replace")
    return hmac.new(salt, said, hashlib.sha256).hexdigest()[:32]
