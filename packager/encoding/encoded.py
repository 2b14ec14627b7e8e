"""What encoders hand over: pure values, so that who stores them needs no encoder."""

from dataclasses import dataclass

from manifests.rendition import Rung
from packager.encoding.boundaries import ChunkCut


@dataclass(frozen=True, slots=True)
class EncodedChunk:
    """A chunk of one rung as access units."""

    rung: Rung
    cut: ChunkCut
    units: tuple[bytes, ...]
