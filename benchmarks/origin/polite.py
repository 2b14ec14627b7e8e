"""Players that stay: many connections, and requests over them at a steady rate. A program.

It opens its connections, asks once on each, and says so with a line. For every line on stdin that
holds a number of seconds it asks that long, and prints one JSON object; it ends with its input.

Requests are sent when their time has come, whatever became of those before, and a latency counts
from that time: a server that stands still for a second is late for all that would have been asked
in it. All answers have the same length, so a client has only to count.
"""

import argparse
import asyncio
import gc
import json
import resource
import sys
import time
from collections import Counter
from itertools import count
from typing import Final, cast
from urllib.parse import urlsplit

import uvloop

_AT_A_TIME: Final = 100
_RECEIVED: Final = bytearray(1 << 18)
_LATE_S: Final = 30.0
_QUANTILES: Final = {"p50_ms": 0.50, "p99_ms": 0.99, "p999_ms": 0.999, "max_ms": 1.0}


class Player(asyncio.BufferedProtocol):
    """One connection: at most one request at a time."""

    def __init__(self, found: "Found") -> None:
        self._found = found
        self._transport: asyncio.Transport | None = None
        self._missing_bytes = 0
        self._due_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to write."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it: none is to be closed before the end."""
        self._transport = None
        self._found.lose(exc)

    def ask(self, request: bytes, size_bytes: int, due_s: float) -> None:
        """Send a request whose answer, head and all, has so many bytes."""
        if self._transport is None or self._missing_bytes:
            self._found.errors["closed" if self._transport is None else "not answered"] += 1
            return
        self._missing_bytes, self._due_s = size_bytes, due_s
        self._transport.write(request)

    def get_buffer(self, _size_hint: int) -> bytearray:
        """All connections share one: nobody looks at what came."""
        return _RECEIVED

    def buffer_updated(self, size_bytes: int) -> None:
        """Count what came."""
        self._missing_bytes -= size_bytes
        if self._missing_bytes == 0:
            self._found.latencies_s.append(time.perf_counter() - self._due_s)
        elif self._missing_bytes < 0:
            self._found.errors["another answer"] += 1
            self._missing_bytes = 0


class Found:
    """What was measured since it was last taken."""

    def __init__(self) -> None:
        self.latencies_s: list[float] = []
        self.errors: Counter[str] = Counter()
        self.is_over = False

    def lose(self, exc: Exception | None) -> None:
        """Count a connection that the server closed."""
        if not self.is_over:
            self.errors[f"lost: {exc!r}"] += 1

    def take(self) -> dict[str, float]:
        """Return the figures, and begin anew."""
        ordered = sorted(self.latencies_s) or [0.0]
        errors, self.latencies_s = self.errors, []
        self.errors = Counter()
        if errors:
            print(dict(errors), file=sys.stderr)
        figures = {
            name: round(ordered[min(int(part * len(ordered)), len(ordered) - 1)] * 1000, 3)
            for name, part in _QUANTILES.items()
        }
        return {"requests": len(ordered) if ordered[-1] else 0, "errors": errors.total(), **figures}


async def _run(asked: argparse.Namespace) -> None:
    url = urlsplit(asked.url)
    request = (
        f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nUser-Agent: polite\r\n\r\n".encode()
    )
    address = (str(url.hostname), url.port or 80)
    size_bytes = await _answer_bytes(address, request)
    found = Found()
    players = await _players(found, address, asked)
    for first in range(0, len(players), _AT_A_TIME):
        for player in players[first : first + _AT_A_TIME]:
            player.ask(request, size_bytes, time.perf_counter())
        await _until(found, min(first + _AT_A_TIME, len(players)))
    gc.collect()
    gc.freeze()
    print(json.dumps({"open": len(players), **found.take()}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        await _ask_for(float(line), found, players, (request, size_bytes), asked.rate)
        print(json.dumps(found.take()), flush=True)
    found.is_over = True


async def _answer_bytes(address: tuple[str, int], request: bytes) -> int:
    """Return how long an answer is, head and all; that it is a success, too."""
    reader, writer = await asyncio.open_connection(*address)
    sizes = []
    for _ in range(4):  # the first from the store, the last from the hot path
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise SystemExit(head.decode())
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:-2])
        body = await reader.readexactly(int(fields["Content-Length"]))
        sizes.append(len(head) + len(body))
    writer.close()
    (size_bytes,) = set(sizes[1:])
    return size_bytes


async def _players(
    found: Found, address: tuple[str, int], asked: argparse.Namespace
) -> list[Player]:
    """Open all connections, from one address of the loopback network after the other."""
    loop, number = asyncio.get_running_loop(), count()
    players: list[Player] = []
    while len(players) < asked.connections:
        opened = await asyncio.gather(
            *(
                loop.create_connection(
                    lambda: Player(found),
                    *address,
                    local_addr=(f"127.0.1.{next(number) % asked.sources + 1}", 0),
                )
                for _ in range(min(_AT_A_TIME, asked.connections - len(players)))
            )
        )
        players += [player for _, player in opened]
    return players


async def _ask_for(
    seconds: float,
    found: Found,
    players: list[Player],
    what: tuple[bytes, int],
    rate: int,
) -> None:
    """Ask at a steady rate, on one connection after the other."""
    started_s, number = time.perf_counter(), 0
    while number < seconds * rate:
        due_s = started_s + number / rate
        now_s = time.perf_counter()
        if due_s > now_s:
            await asyncio.sleep(due_s - now_s)
            continue
        players[number % len(players)].ask(*what, due_s)
        number += 1
        if not number % _AT_A_TIME:
            await asyncio.sleep(0)
    await _until(found, number)


async def _until(found: Found, answers: int) -> None:
    """Wait for so many, less those that failed."""
    deadline_s = time.perf_counter() + _LATE_S
    while len(found.latencies_s) + found.errors.total() < answers:
        if time.perf_counter() > deadline_s:
            found.errors["never answered"] += answers - len(found.latencies_s)
            return
        await asyncio.sleep(0.001)


def main() -> None:
    """Ask as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--rate", type=int, required=True, help="Requests a second.")
    parser.add_argument("--sources", type=int, default=16, help="Addresses to come from.")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
