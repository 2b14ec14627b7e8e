"""An answer as it is kept, and as bytes: a seal, a line of JSON about it, and its content."""

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from origin.companion.api.said import Said

ENTRY_BYTES: Final = 900
_SUBJECT_BYTES: Final = 90
_SEAL_BYTES: Final = 16
_PERSON: Final = b"soundbridge-kept"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was said; ``position`` is the event that its rows were read after.

    ``read_s`` is when that was, by whoever's clock keeps it.
    """

    said: Said
    subjects: tuple[str, ...]
    position: int
    read_s: float

    @property
    def size_bytes(self) -> int:
        """About what it takes to hold it."""
        return len(self.said.content or b"") + ENTRY_BYTES + _SUBJECT_BYTES * len(self.subjects)

    def at(self, read_s: float) -> "Kept":
        """Return it by another clock."""
        return replace(self, read_s=read_s)


def to_bytes(kept: Kept, name: str, secret: bytes) -> bytes:
    """Return it for others to read, under a name."""
    said = kept.said
    about = {
        "headers": dict(said.headers),
        "tag": said.tag,
        "subjects": kept.subjects,
        "position": kept.position,
        "read_s": kept.read_s,
    }
    written = json.dumps(about, separators=(",", ":")).encode() + b"\n" + (said.content or b"")
    return _seal(written, name, secret) + written


def from_bytes(value: bytes, name: str, secret: bytes) -> Kept | None:
    """Return what was written under a name; None where it is not as it was."""
    seal, written = value[:_SEAL_BYTES], value[_SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(written, name, secret)):
        return None
    head, _, content = written.partition(b"\n")
    about = json.loads(head)
    said = Said(HTTPStatus.OK, about["headers"], content, known_tag=about["tag"])
    return Kept(said, tuple(about["subjects"]), about["position"], about["read_s"])


def _seal(written: bytes, name: str, secret: bytes) -> bytes:
    mac = hashlib.blake2b(key=secret[:64], digest_size=_SEAL_BYTES, person=_PERSON)
    mac.update(name.encode() + b"\n")
    mac.update(written)
    return mac.digest()
