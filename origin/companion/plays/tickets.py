"""Tickets: when somebody began to listen to a track, in our own word. Pure.

A ticket is given to whoever begins, and shown by whoever has heard enough, so that the time that
has passed is ours to tell, not theirs. It is signed, says nothing of who has it, and is kept
nowhere until it counts.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from manifests.layout import ID_PATTERN

NONCE_BYTES: Final = 12
LENGTH_MAX: Final = 192
_VERSION: Final = "1"
_MAC_BYTES: Final = 24
_FORM: Final = re.compile(
    rf"{_VERSION}\.({ID_PATTERN})\.([0-9]{{1,15}})\.([A-Za-z0-9_-]{{16}})\.([A-Za-z0-9_-]{{32}})"
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Somebody began to listen to a track, at milliseconds since the epoch; no other has its nonce.

    The nonce is 16 characters of base64url.
    """

    track_id: str
    begun_ms: int
    nonce: str

    @property
    def begun_s(self) -> float:
        """Seconds since the epoch."""
        return self.begun_ms / 1000

    def signed(self, key: bytes) -> str:
        """Return it as it is given away."""
        said = f"{_VERSION}.{self.track_id}.{self.begun_ms}.{self.nonce}"
        return f"{said}.{_mac(key, said)}"


def new_ticket(track_id: str, now_s: float, random: bytes) -> Ticket:
    """Return a ticket of now; ``random`` has ``NONCE_BYTES``."""
    return Ticket(track_id, int(now_s * 1000), urlsafe_b64encode(random).decode())


def read_ticket(text: str, key: bytes) -> Ticket | None:
    """Return a ticket of ours; None for anything else."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    said, _, mac = text.rpartition(".")
    if not hmac.compare_digest(mac, _mac(key, said)):
        return None
    return Ticket(found[1], int(found[2]), found[3])


def _mac(key: bytes, said: str) -> str:
    digest = hmac.new(key, said.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest[:_MAC_BYTES]).decode()
