"""What listeners ask of an edge, pass after pass, by HTTP. A program.

Each play asks for its entry, media playlist and initialization section, and then for segments, as
the trace has them. After each pass it says what it got with a line, and goes on when it is sent
one.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.cdn.edges.catalogue import asked_first, segment_path
from benchmarks.origin.asking import asked
from benchmarks.origin.dropping import Connection
from benchmarks.origin.memory.requests import AT_ONCE
from benchmarks.origin.replay.trace import Trace, listening

_ANY_LINE = b"Content-Type: video/iso.segment"
_OF_A_CONNECTION = 30
"""On average: nginx ends one after a thousand requests, and one may be as quick as all together."""


def paths_of(trace: Trace) -> Iterator[str]:
    """Yield what is asked for, in its order."""
    for rendition, segment in zip(trace.renditions, trace.segments, strict=True):
        if segment == 0:
            yield from asked_first(rendition)
        yield segment_path(rendition, segment)


def _asked(where: tuple[str, int], requests: list[tuple[int, bytes]]) -> tuple[list[int], float]:
    """Ask on new connections."""
    connections = [Connection(where, _ANY_LINE) for _ in range(AT_ONCE)]
    try:
        return asked(connections, iter(requests))
    finally:
        for connection in connections:
            connection.socket.close()


def main() -> None:
    """Ask as told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("sizes", type=Path, help="JSON: the size of each body, by its path.")
    for option in ("plays", "tracks", "seed", "passes"):
        parser.add_argument(f"--{option}", type=int, required=True)
    told = parser.parse_args()
    trace = listening(told.plays, told.tracks, told.seed)
    sizes_bytes = json.loads(told.sizes.read_text())
    address = urlsplit(told.url)
    where = (str(address.hostname), address.port or 80)
    for _ in range(told.passes):
        took_ns: list[int] = []
        spent_s = 0.0
        asking = (
            (sizes_bytes[path], f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
            for path in paths_of(trace)
        )
        while some := list(islice(asking, AT_ONCE * _OF_A_CONNECTION)):
            some_took_ns, some_spent_s = _asked(where, some)
            took_ns += some_took_ns
            spent_s += some_spent_s
        took_ns.sort()
        said = {
            "requests": len(took_ns),
            "segment_bytes": sum(trace.sizes_bytes),
            "requests_per_s": round(len(took_ns) / spent_s, 1),
            "p50_ms": took_ns[len(took_ns) // 2] / 1e6,
            "p99_ms": took_ns[len(took_ns) * 99 // 100] / 1e6,
        }
        print(json.dumps(said), flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
