"""Frames on a pipe: two sizes, a line of JSON with the kind and value of a message, its bytes.

::

    | header size: u32 | body size: u32 | {"kind": ..., "value": ...} | body |

Sizes are big-endian and bounded, so that nobody can be made to keep more than that.
"""

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeVar

from packager.sandbox.values import Misfit, pack, unpack

T = TypeVar("T")

MOST_HEADER_BYTES: Final = 4 * 2**20
MOST_BODY_BYTES: Final = 32 * 2**20
"""A chunk of a minute that FLAC could not make smaller has 19 MB."""

_SIZES: Final = struct.Struct(">II")


@dataclass(frozen=True, slots=True)
class Message:
    """One frame's content; ``value`` is as JSON had it."""

    kind: str
    value: Any
    body: bytes | bytearray

    def read_as(self, kind: type[T]) -> T:
        """Return the value as what it should be; raises Misfit."""
        return unpack(kind, self.value, self.body)


def frame(kind: str, value: object) -> bytes:
    """Return the frame of a message."""
    packed, parts = pack(value)
    header = json.dumps({"kind": kind, "value": packed}, separators=(",", ":")).encode()
    body_size = sum(map(len, parts))
    return b"".join((_SIZES.pack(len(header), body_size), header, *parts))


def read_message(read: Callable[[int], bytes | bytearray]) -> Message:
    """Read one frame; ``read`` returns exactly as many bytes as it is asked for, or raises.

    Raises Misfit, before anything large is read.
    """
    header_size, body_size = _SIZES.unpack(read(_SIZES.size))
    if header_size > MOST_HEADER_BYTES or body_size > MOST_BODY_BYTES:
        raise Misfit("a frame that is too large")
    header = _parsed(read(header_size))
    if not isinstance(header, dict) or header.keys() != {"kind", "value"}:
        raise Misfit("no message")
    if not isinstance(header["kind"], str):
        raise Misfit("a message of no kind")
    return Message(header["kind"], header["value"], read(body_size))


def _parsed(header: bytes | bytearray) -> Any:
    try:
        return json.loads(header, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Misfit("no JSON") from error


def _refuse(constant: str) -> NoReturn:
    raise Misfit(f"{constant} is no number")
