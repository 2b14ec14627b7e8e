"""The header fields of tus, read. Pure; everything raises BadRequest."""

import binascii
import hashlib
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from manifests.layout import ID_PATTERN
from origin.delivery.errors import BadRequest

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

PROTOCOL: Final = "https://tus.io/protocols/resumable-upload"
VERSION: Final = "1.0.0"
EXTENSIONS: Final = (
    "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,"
    "concatenation"
)
CHECKSUMS: Final = ("sha1", "sha256", "md5")
CONTENT_TYPE: Final = "application/offset+octet-stream"

RESUMABLE: Final = "Tus-Resumable"
OFFSET: Final = "Upload-Offset"
LENGTH: Final = "Upload-Length"
DEFER_LENGTH: Final = "Upload-Defer-Length"
METADATA: Final = "Upload-Metadata"
EXPIRES: Final = "Upload-Expires"
CHECKSUM: Final = "Upload-Checksum"
CONCAT: Final = "Upload-Concat"
METHOD_OVERRIDE: Final = "X-HTTP-Method-Override"
VERSIONS: Final = "Tus-Version"
EXTENSION: Final = "Tus-Extension"
MAX_SIZE: Final = "Tus-Max-Size"
CHECKSUM_ALGORITHM: Final = "Tus-Checksum-Algorithm"

_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_PARTIAL_UPLOAD: Final = re.compile(rf"(?:https?://[^/\s]+)?/v1/uploads/({ID_PATTERN})/tus")
_METADATA_LENGTH_MAX: Final = 4_096
_PARTS_MAX: Final = 100


def number(headers: Mapping[str, str], name: str) -> int | None:
    """Return a number of bytes, None where the field is absent."""
    value = headers.get(name)
    if value is None:
        return None
    if not _NUMBER.fullmatch(value):
        raise BadRequest(f"{name} is a number of bytes, and {value[:40]!r} is none.")
    return int(value)


def offset(headers: Mapping[str, str]) -> int:
    """Return Upload-Offset, which has to be there."""
    found = number(headers, OFFSET)
    if found is None:
        raise BadRequest(f"{OFFSET} is missing: say where the bytes go.")
    return found


def length(headers: Mapping[str, str]) -> int | None:
    """Return Upload-Length, None where it is to be said later; one of both has to be there."""
    found, later = number(headers, LENGTH), headers.get(DEFER_LENGTH)
    if later is not None and later != "1":
        raise BadRequest(f"{DEFER_LENGTH} can be 1 alone.")
    if (found is None) == (later is None):
        raise BadRequest(f"Say either {LENGTH} or {DEFER_LENGTH}: 1.")
    return found


def metadata(text: str) -> dict[str, str]:
    """Return the pairs of Upload-Metadata; values are text."""
    if len(text) > _METADATA_LENGTH_MAX:
        raise BadRequest(f"{METADATA} has more than {_METADATA_LENGTH_MAX} characters.")
    pairs: dict[str, str] = {}
    for pair in filter(None, (each.strip(" ") for each in text.split(","))):
        key, _, value = pair.partition(" ")
        if not key.isascii() or key in pairs:
            raise BadRequest(f"{METADATA} has a key that is there twice, or is not ASCII.")
        try:
            pairs[key] = b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise BadRequest(f"{METADATA} has a value for {key!r} that is no base64.") from error
    return pairs


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the content of a request is said to have."""

    algorithm: str
    digest: bytes

    def hash(self) -> "Hash":
        """Return what is to be fed with the content."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    """Return Upload-Checksum, None where it is absent."""
    value = headers.get(CHECKSUM)
    if value is None:
        return None
    algorithm, _, text = value.partition(" ")
    if algorithm not in CHECKSUMS:
        raise BadRequest(f"{CHECKSUM} can be of {', '.join(CHECKSUMS)}.")
    try:
        return Checksum(algorithm, b64decode(text, validate=True))
    except binascii.Error as error:
        raise BadRequest(f"{CHECKSUM} is not base64.") from error


def parts(concat: str) -> list[str]:
    """Return the ids of the partial uploads that a final one is made of."""
    kind, _, addresses = concat.partition(";")
    found = [_PARTIAL_UPLOAD.fullmatch(address) for address in addresses.split()]
    ids = [match[1] for match in found if match is not None]
    if kind != "final" or not ids or len(ids) != len(found):
        raise BadRequest(f"{CONCAT} is `partial`, or `final;` and the addresses of partial ones.")
    if len(ids) > _PARTS_MAX or len(set(ids)) != len(ids):
        raise BadRequest(f"{CONCAT} takes up to {_PARTS_MAX} uploads, each once.")
    return ids
