"""Digests of what comes: those that a request says it has (RFC 9530), and the source's SHA-256.

The latter is computed on the way, over as many requests as it takes, where they reach one process.
What it has seen of an upload is not kept beyond the process: where another goes on, nobody knows
the digest at the end, and the worker, who reads all of it in any case, holds it against what the
creator said.
"""

import binascii
import hashlib
import re
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from origin.delivery.errors import BadRequest, Unprocessable

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

_REMEMBERED_MAX: Final = 10_000
_FIELDS: Final = ("Content-Digest", "Repr-Digest")
"""The same here, where no Content-Encoding is taken and no range is sent."""
_ALGORITHMS: Final = {"sha-256": "sha256", "sha-512": "sha512"}
"""Those in use that are no weak ones (RFC 9530 §5); others are passed over, as §2 says."""
_MEMBER: Final = re.compile(r"\s*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):\s*(?:;[^,]*)?")


class DigestMismatch(Unprocessable):
    """What came has another digest than was said."""

    code = "digest_mismatch"

    def __init__(self) -> None:
        super().__init__("What arrived is not what you said it is: its digest differs. Send again.")


class Said:
    """The digests that a request says its content has."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        """Read the fields; raises BadRequest."""
        self._wanted: list[tuple[Hash, bytes]] = []
        for field in _FIELDS:
            if field in headers:
                self._wanted.extend(_read(field, headers[field]))

    @property
    def hashes(self) -> list["Hash"]:
        """What has to be fed with the content."""
        return [each for each, _ in self._wanted]

    def check(self) -> None:
        """Raise DigestMismatch, once all of it was fed."""
        if any(each.digest() != digest for each, digest in self._wanted):
            raise DigestMismatch


def _read(field: str, value: str) -> Iterable[tuple["Hash", bytes]]:
    for member in value.split(","):
        found = _MEMBER.fullmatch(member)
        if found is None:
            raise BadRequest(f"{field} is not as RFC 9530 has it: `sha-256=:...base64...:`.")
        name = _ALGORITHMS.get(found[1])
        if name is None:
            continue
        try:
            yield hashlib.new(name), b64decode(found[2], validate=True)
        except binascii.Error as error:
            raise BadRequest(f"What {field} has is not base64.") from error


class RunningDigests:
    """The SHA-256 of what has come of each upload so far, where this process has seen all of it."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[int, Hash]] = OrderedDict()

    def take(self, upload_id: str, position_bytes: int) -> "Hash | None":
        """Return a digest to go on with, None where what is in front was not seen here."""
        seen_bytes, digest = self._seen.pop(upload_id, (-1, None))
        if position_bytes == 0:
            return hashlib.sha256()
        return digest if seen_bytes == position_bytes else None

    def keep(self, upload_id: str, position_bytes: int, digest: "Hash | None") -> None:
        """Remember a digest for who goes on."""
        if digest is None:
            return
        self._seen[upload_id] = position_bytes, digest
        while len(self._seen) > _REMEMBERED_MAX:
            self._seen.popitem(last=False)

    def forget(self, upload_id: str) -> None:
        """Drop it."""
        self._seen.pop(upload_id, None)
