"""The value types of RFC 8216 §4.2, each with how it is read and how it is written.

Reading refuses what the type does not allow; writing refuses what could not be read back, so a
quote or a line end inside a value never becomes part of the playlist's syntax.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from manifests.errors import ManifestError

SECTION: Final = "RFC 8216 §4.2"

_INTEGER: Final = re.compile(r"[0-9]{1,20}")
_DECIMAL: Final = re.compile(r"[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20}")
_HEXADECIMAL: Final = re.compile(r"0[xX]([0-9A-Fa-f]{1,8192})")
_RESOLUTION: Final = re.compile(r"([0-9]{1,9})x([0-9]{1,9})")
_UNQUOTABLE: Final = re.compile(r'["\x00-\x1f\x7f-\x9f\ud800-\udfff]')
_ENUMERATED: Final = re.compile(r'[^",\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+')
_IV_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Value:
    """An attribute's value as it stands, without its quotes."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Syntax:
    """One type of value: how it is read, and how it is written."""

    read: Callable[[Value], Any]
    write: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Resolution:
    """A decimal-resolution."""

    width_px: int
    height_px: int


def _refuse(text: str, expected: str) -> ManifestError:
    return ManifestError(f"{text[:40]!r} is not {expected}", section=SECTION)


def read_integer(text: str) -> int:
    """Return a decimal-integer, from 0 to 2^64-1."""
    if not _INTEGER.fullmatch(text) or int(text) >= 1 << 64:
        raise _refuse(text, "a whole number from 0 to 2^64-1")
    return int(text)


def write_integer(value: int) -> str:
    """Spell a decimal-integer."""
    return str(read_integer(str(value)))


def read_decimal(text: str) -> Decimal:
    """Return a decimal-floating-point number, exactly."""
    if not _DECIMAL.fullmatch(text):
        raise _refuse(text, "a decimal number")
    return Decimal(text)


def write_decimal(value: Decimal) -> str:
    """Spell a decimal-floating-point number, without an exponent."""
    text = format(value, "f")
    read_decimal(text)
    return text


def read_signed_decimal(text: str) -> Decimal:
    """Return a signed-decimal-floating-point number, exactly."""
    magnitude = read_decimal(text.removeprefix("-"))
    return magnitude.copy_negate() if text.startswith("-") else magnitude


def write_signed_decimal(value: Decimal) -> str:
    """Spell a signed-decimal-floating-point number, without an exponent."""
    return ("-" if value < 0 else "") + write_decimal(value.copy_abs())


def read_date(text: str) -> datetime:
    """Return an ISO 8601 date and time; one without a zone stays naive."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise _refuse(text, "a date and time such as 2024-02-29T12:00:00.000Z") from error


def write_date(value: datetime) -> str:
    """Spell a date and time to the millisecond, or as finely as it is given."""
    precision = "auto" if value.microsecond % 1000 else "milliseconds"
    return value.isoformat(timespec=precision).replace("+00:00", "Z")


def quote(text: str) -> str:
    """Spell a quoted-string."""
    if _UNQUOTABLE.search(text):
        raise _refuse(text, "a quoted string: it holds a double quote or a control character")
    return f'"{text}"'


def _quoted(value: Value) -> str:
    if not value.quoted:
        raise _refuse(value.text, "a quoted string")
    return value.text


def _unquoted(value: Value) -> str:
    if value.quoted or not value.text:
        raise _refuse(value.text, "an unquoted value")
    return value.text


def _write_enumerated(text: str) -> str:
    if not _ENUMERATED.fullmatch(text):
        raise _refuse(text, "an enumerated string")
    return text


def _read_bytes(value: Value) -> bytes:
    found = _HEXADECIMAL.fullmatch(_unquoted(value))
    if found is None:
        raise _refuse(value.text, "a hexadecimal sequence")
    digits: str = found[1]
    return bytes.fromhex(digits.zfill(len(digits) + len(digits) % 2))


def _write_bytes(value: bytes) -> str:
    if not value:
        raise _refuse("", "a hexadecimal sequence")
    return f"0x{value.hex().upper()}"


def _read_iv(value: Value) -> bytes:
    found = _read_bytes(value)
    if len(found) > _IV_BYTES:
        raise _refuse(value.text, "a 128-bit hexadecimal sequence")
    return found.rjust(_IV_BYTES, b"\0")


def _write_iv(value: bytes) -> str:
    if len(value) != _IV_BYTES:
        raise _refuse(value.hex(), "128 bits long")
    return _write_bytes(value)


def _read_yes_no(value: Value) -> bool:
    text = _unquoted(value)
    if text not in {"YES", "NO"}:
        raise _refuse(text, "YES or NO")
    return text == "YES"


def _read_resolution(value: Value) -> Resolution:
    found = _RESOLUTION.fullmatch(_unquoted(value))
    if found is None:
        raise _refuse(value.text, "a resolution such as 1280x720")
    return Resolution(int(found[1]), int(found[2]))


def _write_resolution(value: Resolution) -> str:
    return f"{write_integer(value.width_px)}x{write_integer(value.height_px)}"


def _read_list(value: Value) -> tuple[str, ...]:
    return tuple(part.strip(" ") for part in _quoted(value).split(","))


def _write_list(values: tuple[str, ...]) -> str:
    for part in values:
        if "," in part or part != part.strip(" "):
            raise _refuse(part, "an element of a comma-separated list")
    return quote(",".join(values))


def enumerated(members: type[StrEnum]) -> Syntax:
    """Return the syntax of an enumerated-string that knows all of its values."""

    def read(value: Value) -> StrEnum:
        text = _unquoted(value)
        try:
            return members(text)
        except ValueError as error:
            raise _refuse(text, f"one of {', '.join(members)}") from error

    return Syntax(read, str)


INTEGER: Final = Syntax(lambda value: read_integer(_unquoted(value)), write_integer)
DECIMAL: Final = Syntax(lambda value: read_decimal(_unquoted(value)), write_decimal)
SIGNED_DECIMAL: Final = Syntax(
    lambda value: read_signed_decimal(_unquoted(value)), write_signed_decimal
)
QUOTED: Final = Syntax(_quoted, quote)
QUOTED_LIST: Final = Syntax(_read_list, _write_list)
QUOTED_DATE: Final = Syntax(
    lambda value: read_date(_quoted(value)), lambda value: quote(write_date(value))
)
TOKEN: Final = Syntax(_unquoted, _write_enumerated)
"""An enumerated-string whose values are an open set."""
BYTES: Final = Syntax(_read_bytes, _write_bytes)
"""A hexadecimal-sequence."""
IV: Final = Syntax(_read_iv, _write_iv)
"""A hexadecimal-sequence of 128 bits; shorter ones are filled up with zeros in front."""
YES_NO: Final = Syntax(_read_yes_no, lambda value: "YES" if value else "NO")
RESOLUTION: Final = Syntax(_read_resolution, _write_resolution)
