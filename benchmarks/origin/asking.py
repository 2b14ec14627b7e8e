"""A load that costs little, as a program: what to ask for on stdin, what came of it on stdout.

wrk takes every answer out of the kernel, 8 KB at a time, and so needs more of a processor for a
segment than a server does: what it measures is itself. Here the kernel is told how long an answer
is (SO_RCVLOWAT), reports when one is there whole, and drops it unread (MSG_TRUNC, tcp(7)). How long
each is was learned by reading it on every connection. At the end one is read on each, and has to be
the same: so all before it were as long as they should be, too.

Where answers are counted by what their heads say, as those of a cache are, heads need not be the
same: each is read, and tells how long it is itself.
"""

import json
import select
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import count, takewhile
from typing import Any, Final

from benchmarks.origin.dropping import ANSWER_WITHIN_S, EXPECTED, Answer, Connection
from benchmarks.origin.servers import Server

_ANSWER_BYTES_MAX: Final = 4 << 20
_LEARN_MAX: Final = 10
_LINE_END: Final = b"\r\n"


class Requests:
    """The requests to send, without end: each path in its turn."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.paths: list[bytes] = [path.encode() for path in told["paths"]]
        self._is_numbered = told["is_numbered"]
        self._numbered_header: str | None = told["numbered_header"]
        lines = [f"Host: {told['host']}", *(f"{name}: {value}" for name, value in told["headers"])]
        self._rest: bytes = "".join(
            (" HTTP/1.1\r\n", *(f"{line}\r\n" for line in lines), "\r\n")
        ).encode()

    def of(self, number: int) -> bytes:
        """Return the request for a path, by its place."""
        return b"GET " + self.paths[number % len(self.paths)] + self._rest

    def all(self) -> Iterator[tuple[int, bytes]]:
        """Return the places of paths, and requests for them."""
        plain, places = [self.of(number) for number in range(len(self.paths))], len(self.paths)
        for number in count():
            place = number % places
            if self._is_numbered:
                query = b"?CMCD=bl%%3D%d%%2Csid%%3D%%22%d%%22" % (number, number)
                yield place, b"GET " + self.paths[place] + query + self._rest
            elif self._numbered_header:
                field = f"{self._numbered_header}: {number:016x}\r\n\r\n".encode()
                yield place, plain[place][: -len(_LINE_END)] + field
            else:
                yield place, plain[place]


def _learned(connection: Connection, requests: Requests) -> list[Answer]:
    """Return the answer for each path, once it is what it was the time before."""
    places = range(len(requests.paths))
    before: Sequence[Answer] = ()
    for _ in range(_LEARN_MAX):
        answers = [connection.read(requests.of(place)) for place in places]
        if answers == before:
            return answers
        before = answers
    raise SystemExit("The answers do not stay the same.")


def _ask(told: dict[str, Any]) -> tuple[list[int], dict[str, float]]:
    """Ask for as long as told; return how long each answer took, in ns, and what else there is."""
    requests, address = Requests(told), (told["host"].partition(":")[0], told["port"])
    counted = told["counted"] and told["counted"].encode()
    first = Connection(address, counted)
    answers = _learned(first, requests)  # for longer than servers wait for a first request
    connections = [first, *(Connection(address, counted) for _ in range(told["connections"] - 1))]
    if counted is None:  # others may be connections to another worker
        for connection in connections[1:]:
            if _learned(connection, requests) != answers:
                raise SystemExit("Not all connections get the same answers.")
    for answer in answers:
        if not answer.status.startswith(EXPECTED):
            raise SystemExit(f"The server says {answer.status!r}.")
    sizes = [answer.size_bytes for answer in answers]
    server = Server(told["host"], told["server"])
    before_s, before_here_s = server.cpu_s(), time.process_time()
    until_s = time.monotonic() + told["seconds"]
    asking = takewhile(lambda _: time.monotonic() < until_s, requests.all())
    took_ns, spent_s = asked(connections, ((sizes[place], sent) for place, sent in asking))
    spent = {
        "spent_s": spent_s,
        "cpu_s": time.process_time() - before_here_s,
        "server_cpu_s": server.cpu_s() - before_s,
    }
    for number, connection in enumerate(connections):
        if connection.read(requests.of(number)) != answers[number % len(answers)]:
            raise SystemExit("An answer is another than it was at first.")
        connection.socket.close()
    return took_ns, spent | {"counted": sum(connection.count for connection in connections)}


def asked(
    connections: Sequence[Connection], asking: Iterator[tuple[int, bytes]]
) -> tuple[list[int], float]:
    """Ask on all connections, and wait for the last answers.

    ``asking`` tells how long the next answer will be, and what to send for it.
    """
    took_ns: list[int] = []
    nowhere = memoryview(bytearray(_ANSWER_BYTES_MAX))
    by_number = {connection.socket.fileno(): connection for connection in connections}
    waiting, now_ns = 0, time.perf_counter_ns
    with select.epoll() as ready:
        begun_s = time.monotonic()
        for number, (size_bytes, request) in zip(by_number, asking, strict=False):
            ready.register(number, select.EPOLLIN)
            by_number[number].ask(request, size_bytes)
            waiting += 1
        while waiting:
            events = ready.poll(ANSWER_WITHIN_S)
            if not events:
                raise SystemExit(f"{waiting} answers did not come, or not whole.")
            for number, _ in events:
                connection = by_number[number]
                if not connection.drop(nowhere):
                    continue
                took_ns.append(now_ns() - connection.asked_ns)
                if (following := next(asking, None)) is None:
                    waiting -= 1
                    continue
                size_bytes, request = following
                connection.ask(request, size_bytes)
        return took_ns, time.monotonic() - begun_s


def main() -> None:
    """Ask, and tell."""
    took_ns, said = _ask(json.load(sys.stdin))
    took_ns.sort()
    said |= {
        "requests": len(took_ns),
        "p50_ms": took_ns[len(took_ns) // 2] / 1e6,
        "p99_ms": took_ns[len(took_ns) * 99 // 100] / 1e6,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
