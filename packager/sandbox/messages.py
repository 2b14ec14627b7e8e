"""What parent and child say to each other, beside plans, chunks and findings."""

from dataclasses import dataclass
from typing import Final

from packager.encoding.encoded import ChunkId
from packager.extras import Extras
from packager.limits import Limits
from packager.sandbox.allowance import Allowance

READ: Final = "read"
CHUNKS: Final = "chunks"

PLAN: Final = "plan"
CHUNK: Final = "chunk"
FINDING: Final = "finding"
FAILURE: Final = "failure"


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What to read, and what that may take; it may still be arriving."""

    path: str
    is_arriving: bool
    limits: Limits
    workers: int
    extras: Extras
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class ChunksRequest:
    """Go on to the sound, without the chunks that are ``done``."""

    done: tuple[ChunkId, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is nothing more: a PackagingError's code and sentence.

    ``trace`` is for the log, of what should not have happened; else it is empty.
    """

    code: str
    sentence: str
    trace: str
