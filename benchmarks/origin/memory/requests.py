"""What both programs ask for: a trace by Zipf's law, and where its objects are."""

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from benchmarks.origin.catalogue import noise_of
from benchmarks.origin.replay.trace import RUNGS, Trace, listening
from manifests.layout import Revision, segment_name

AT_ONCE: Final = 32
STAGES: Final = (0.0, 0.1, 0.5, 1.0)
"""How much has been asked for when memory is looked at."""
OPTIONS: Final = ("plays", "tracks", "seed", "memory")
_RUNG_NAMES: Final = tuple(RUNGS)


def trace_of(asked: argparse.Namespace) -> Trace:
    """Make up the requests."""
    return listening(asked.plays, asked.tracks, asked.seed)


def contents() -> dict[str, bytes]:
    """Return the bytes of every segment of a rung."""
    return {rung: noise_of(rung, size_bytes) for rung, (_, size_bytes) in RUNGS.items()}


def asset_id_of(track: int) -> str:
    """Return the id of the asset that is a track."""
    return f"track-{track}"


def key_of(rendition: int, segment: int) -> str:
    """Return where a segment of the trace is."""
    track, rung = divmod(rendition, len(RUNGS))
    name = segment_name(_RUNG_NAMES[rung], segment)
    return Revision(asset_id_of(track), "r").key(name)


def rung_of(rendition: int) -> str:
    """Return the rung of a rendition of the trace."""
    return _RUNG_NAMES[rendition % len(RUNGS)]


def told() -> argparse.Namespace:
    """Read what a program is told on its command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("where", help="A folder, or a URL.")
    for option in OPTIONS:
        parser.add_argument(f"--{option}", type=int, required=True)
    return parser.parse_args()


def stages(requests: int, found: dict[str, Any]) -> Iterator[range]:
    """Yield the requests of each stage; after it, tell what was ``found``, and wait for a line."""
    for begin, end in pairwise(int(share * requests) for share in (0.0, *STAGES)):
        yield range(begin, end)
        print(json.dumps(found), flush=True)
        sys.stdin.readline()
