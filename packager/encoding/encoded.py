"""What encoders hand over: pure values, so that who stores them needs no encoder."""

from dataclasses import dataclass
from typing import TypeAlias

from manifests.rendition import Rung
from packager.encoding.boundaries import ChunkCut

ChunkId: TypeAlias = tuple[str, int]
"""A rung's name and a chunk's number."""


@dataclass(frozen=True, slots=True)
class EncodedChunk:
    """A chunk of one rung as access units; made of the first ``source_end_bytes`` of its source."""

    rung: Rung
    cut: ChunkCut
    units: tuple[bytes, ...]
    source_end_bytes: int
