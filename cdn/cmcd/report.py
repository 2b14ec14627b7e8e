"""What one request tells of its player: the keys of CMCD version 1, each of its type or not at all.

CTA-5004 Table 1. Numbers are whole there, but for the playback rate; players round by themselves or
send fractions, so both are taken. What is absurd is left out, as is what has another type: a report
without it is still a report.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

TEXT_LENGTH_MAX: Final = 64
"""Of the ids of a session and of its content (CTA-5004 Table 1)."""
_URL_LENGTH_MAX: Final = 1024
_NUMBER_MAX: Final = 10_000_000
"""Ten gigabits per second, or almost three hours: what is more, nobody has measured."""
_RATE_MAX: Final = 100.0

Value = str | bool
"""As it was written, without quotation marks; True where a key stood alone."""


class ObjectType(StrEnum):
    """What is asked for, as the player sees it."""

    MANIFEST = "m"
    AUDIO = "a"
    VIDEO = "v"
    MUXED = "av"
    INIT = "i"
    CAPTION = "c"
    TIMED_TEXT = "tt"
    KEY = "k"
    OTHER = "o"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one request told; a field's name is its key, and None is what was not told."""

    br_kbps: int | None = None
    bl_ms: int | None = None
    bs: bool = False
    cid: str | None = None
    d_ms: int | None = None
    dl_ms: int | None = None
    mtp_kbps: int | None = None
    nor: str | None = None
    nrr: str | None = None
    ot: ObjectType | None = None
    pr: float | None = None
    rtp_kbps: int | None = None
    sf: str | None = None
    sid: str | None = None
    st: str | None = None
    su: bool = False
    tb_kbps: int | None = None
    v: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, Value]) -> Self:
        """Read the keys that are known; all others, of later versions or of one's own, may be."""
        return cls(
            br_kbps=_whole(values.get("br")),
            bl_ms=_whole(values.get("bl")),
            bs=_flag(values.get("bs")),
            cid=_text(values.get("cid")),
            d_ms=_whole(values.get("d")),
            dl_ms=_whole(values.get("dl")),
            mtp_kbps=_whole(values.get("mtp")),
            nor=_text(values.get("nor"), _URL_LENGTH_MAX),
            nrr=_text(values.get("nrr")),
            ot=_object_type(values.get("ot")),
            pr=_number(values.get("pr"), _RATE_MAX),
            rtp_kbps=_whole(values.get("rtp")),
            sf=_text(values.get("sf")),
            sid=_text(values.get("sid")),
            st=_text(values.get("st")),
            su=_flag(values.get("su")),
            tb_kbps=_whole(values.get("tb")),
            v=_whole(values.get("v")),
        )


def _number(value: Value | None, most: float) -> float | None:
    if not isinstance(value, str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and 0 <= number <= most else None


def _whole(value: Value | None) -> int | None:
    if value is None:
        return None
    number = _number(value, _NUMBER_MAX)
    return None if number is None else round(number)


def _text(value: Value | None, length_max: int = TEXT_LENGTH_MAX) -> str | None:
    if not isinstance(value, str) or not value or len(value) > length_max:
        return None
    return value if value.isprintable() else None


def _flag(value: Value | None) -> bool:
    """Read a boolean: a key that stands alone is true (CTA-5004 §3.2, RFC 8941 §3.2)."""
    return value is True or value in {"?1", "true"}


def _object_type(value: Value | None) -> ObjectType | None:
    try:
        return ObjectType(value) if isinstance(value, str) else None
    except ValueError:
        return None
