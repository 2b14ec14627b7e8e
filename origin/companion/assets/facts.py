"""What is remembered of a revision, so that nobody reads its index to tell of it. Pure."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from manifests.index import Index, RenditionRecord
from manifests.layout import Revision
from origin.companion.catalogue.cover import Cover


@dataclass(frozen=True, slots=True)
class RungFacts:
    """A rendition that is there as a whole."""

    name: str
    codec: str
    bitrate_bps: int
    segments: int
    size_bytes: int

    @classmethod
    def of(cls, made: RenditionRecord) -> Self:
        """Take it from the index."""
        size_bytes = sum(stored.size_bytes for stored in (made.init, *made.segments))
        return cls(made.rung, made.codec, made.bitrate_bps, len(made.segments), size_bytes)


@dataclass(frozen=True, slots=True)
class Facts:
    """A revision: what is heard, what it was made of (as in the index), and what it consists of."""

    duration_s: float
    source: dict[str, Any]
    rungs: tuple[RungFacts, ...]
    notes: tuple[str, ...]
    cover: Cover | None = None

    @classmethod
    def of(cls, index: Index, where: Revision) -> Self:
        """Take them from the index."""
        return cls(
            round(index.duration_s, 6),
            asdict(index.source),
            tuple(map(RungFacts.of, index.renditions)),
            index.notes,
            Cover.of(index, where),
        )

    def to_json(self) -> str:
        """Return them as they are remembered."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read them back."""
        said = json.loads(text)
        rungs = tuple(RungFacts(**rung) for rung in said["rungs"])
        cover = said.get("cover")  # which older versions did not remember
        return cls(
            said["duration_s"],
            said["source"],
            rungs,
            tuple(said["notes"]),
            None if cover is None else Cover.from_row(cover),
        )
