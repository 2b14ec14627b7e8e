"""What a track looks like: pictures in some sizes, and what is shown until they have come. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from manifests.index import Index
from manifests.layout import Revision


@dataclass(frozen=True, slots=True)
class Picture:
    """One size; ``url`` is the key in the store, and relative to where the server is."""

    url: str
    width_px: int
    height_px: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Cover:
    """All sizes, the smallest first; ``placeholder`` is a blurhash."""

    pictures: tuple[Picture, ...] = ()
    placeholder: str | None = None

    @classmethod
    def of(cls, index: Index, where: Revision) -> Self | None:
        """Return that of a revision, None where it has none."""
        pictures = tuple(
            Picture(where.key(one.name), one.width_px, one.height_px, one.media_type)
            for one in index.artwork
        )
        return cls(pictures, index.placeholder) if pictures else None

    def to_json(self) -> str:
        """Return it as a row has it."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_row(cls, said: Mapping[str, Any]) -> Self:
        """Read what a row has, once that is no text any more."""
        return cls(tuple(Picture(**one) for one in said["pictures"]), said["placeholder"])

    @classmethod
    def shown(cls, own: str | None, of_sound: str | None) -> Self:
        """Return what a track shows: its own, or that of its sound, or nothing."""
        said = own or of_sound
        return cls() if said is None else cls.from_row(json.loads(said))
