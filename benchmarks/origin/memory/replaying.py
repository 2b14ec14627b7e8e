"""The requests of the trace, to a server by HTTP. A program.

After each stage it says so with a line, and goes on when it is sent one.
"""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from benchmarks.origin.asking import asked
from benchmarks.origin.dropping import Connection
from benchmarks.origin.memory.requests import AT_ONCE, key_of, stages, told, trace_of
from benchmarks.origin.replay.trace import Trace
from origin.cache.record import Found

_HIT = f"Cache-Status: {Found.MEMORY.value}".encode()


def _run(to: Namespace) -> None:
    trace, address = trace_of(to), urlsplit(to.where)
    where = (str(address.hostname), address.port or 80)
    connections = [Connection(where, _HIT) for _ in range(AT_ONCE)]
    found: dict[str, Any] = {}
    for stage in stages(len(trace.segments), found):
        asked(connections, _requests(trace, stage, address.netloc))
        found["hits"] = sum(connection.count for connection in connections)


def _requests(trace: Trace, numbers: range, host: str) -> Iterator[tuple[int, bytes]]:
    for number in numbers:
        key = key_of(trace.renditions[number], trace.segments[number])
        yield trace.sizes_bytes[number], f"GET /{key} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


if __name__ == "__main__":
    _run(told())
