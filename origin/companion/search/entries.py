"""What the index holds of each thing that can be found. Pure."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

_YEAR_LENGTH: Final = 4
_YEAR_LAST_S: Final = 253_402_300_799.0


class Kind(StrEnum):
    """What can be found."""

    TRACK = "track"
    ARTIST = "artist"
    ALBUM = "album"


class Duration(StrEnum):
    """How long a track is, in minutes."""

    SHORT = "under-4-min"
    MEDIUM = "4-to-20-min"
    LONG = "over-20-min"


_SHORT_BELOW_S: Final = 4 * 60
_LONG_FROM_S: Final = 20 * 60


def duration_of(duration_s: float) -> Duration:
    """Return which of the three it is."""
    if duration_s < _SHORT_BELOW_S:
        return Duration.SHORT
    return Duration.MEDIUM if duration_s < _LONG_FROM_S else Duration.LONG


def popularity_of(plays: int) -> int:
    """Return how popular so many plays are: one more for each 41 per cent."""
    return round(2 * math.log2(1 + max(plays, 0)))


def plays_of(popularity: int) -> int:
    """Return about how many plays a popularity is."""
    return round(2 ** (popularity / 2)) - 1


def primary_language(tag: str) -> str:
    """Return the language of a tag without region and script (RFC 5646 §2.2.1)."""
    return tag.partition("-")[0].casefold()


def key_of(kind: Kind | str, entity_id: str) -> str:
    """Return what names something among all that can be found."""
    return f"{kind}:{entity_id}"


def kind_and_id(key: str) -> tuple[Kind, str]:
    """Return what a key names."""
    kind, _, entity_id = key.partition(":")
    return Kind(kind), entity_id


@dataclass(frozen=True, slots=True)
class Entry:
    """Something public; an artist's ``title`` is its name, and ``artist_id`` its own."""

    kind: Kind
    id: str
    title: str
    artist_id: str
    artist: str = ""
    album: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    genre: str | None = None
    language: str | None = None
    released_on: str | None = None
    duration_s: float | None = None
    plays: int = 0
    created_s: float = 0.0

    @property
    def key(self) -> str:
        """What names it among all."""
        return key_of(self.kind, self.id)

    @property
    def year(self) -> int:
        """When it came out, or was put here."""
        if self.released_on is not None and self.released_on[:_YEAR_LENGTH].isdecimal():
            return int(self.released_on[:_YEAR_LENGTH])
        moment_s = min(max(self.created_s, 0.0), _YEAR_LAST_S)
        return datetime.fromtimestamp(moment_s, UTC).year
