"""What became of a cover: pictures in the sizes that are served, as values."""

from dataclasses import dataclass
from typing import Final

MEDIA_TYPE: Final = "image/jpeg"
SIZES_PX: Final = (96, 320, 1200)
"""The boxes that covers are fitted into: a list, a player, a full screen. Never enlarged."""

LEFT_OUT: Final = "The cover was left out: "
"""How a note begins that says why there is none; the rest is a clause."""


@dataclass(frozen=True, slots=True)
class Cover:
    """One size. ``box_px`` is the box it was fitted into and names it; a small cover is smaller."""

    box_px: int
    width_px: int
    height_px: int
    data: bytes
    media_type: str = MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class ArtworkSet:
    """What became of a cover: its sizes and its blurhash, or nothing but a note that says why."""

    covers: tuple[Cover, ...] = ()
    placeholder: str | None = None
    notes: tuple[str, ...] = ()
