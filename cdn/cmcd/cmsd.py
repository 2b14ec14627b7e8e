"""What an object tells of itself: ``CMSD-Static`` (CTA-5006 §3.1), a dictionary of RFC 8941 §3.2.

No spaces are between members: Shaka Player 5 takes one for a part of the key behind it.

It is the same for everybody, and for as long as the object is there. ``CMSD-Dynamic`` is what a
server knows of one answer, and is for edges to tell.
"""

import re
from typing import Final

from cdn.cmcd.report import ObjectType

FIELD: Final = "CMSD-Static"
HLS: Final = "h"
DASH: Final = "d"
ON_DEMAND: Final = "v"
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~/-]+")


def static(
    object_type: ObjectType,
    *,
    bitrate_bps: int | None = None,
    duration_ms: int | None = None,
    next_object: str | None = None,
    streaming_format: str | None = None,
    stream_type: str | None = None,
) -> str:
    """Return the field's value; a key of which nothing is known is left out.

    ``next_object`` is a URL relative to this one, of characters that need no escape; else
    ValueError is raised.
    """
    if next_object is not None and not _PLAIN.fullmatch(next_object):
        raise ValueError(f"{next_object!r} needs an escape: it is no name of an object")
    members = {
        "br": None if bitrate_bps is None else str(round(bitrate_bps / 1000)),
        "d": None if duration_ms is None else str(duration_ms),
        "nor": None if next_object is None else f'"{next_object}"',
        "ot": object_type.value,
        "sf": streaming_format,
        "st": stream_type,
    }
    return ",".join(f"{key}={value}" for key, value in members.items() if value is not None)
