"""A load that costs little, as a program: what to ask for on stdin, what came of it on stdout.

wrk takes every answer out of the kernel, 8 KB at a time, and so needs more of a processor for a
segment than a server does: what it measures is itself. Here the kernel is told how long an answer
is (SO_RCVLOWAT), reports when one is there whole, and drops it unread (MSG_TRUNC, tcp(7)). How long
each is was learned by reading it once. At the end one is read on every connection, and has to be
the same: so all before it were as long as they should be, too.
"""

import hashlib
import json
import select
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

_ANSWER_WITHIN_S: Final = 3.0
_ANSWER_BYTES_MAX: Final = 4 << 20
_LEARN_MAX: Final = 10
_NOT_MODIFIED: Final = b"HTTP/1.1 304 "
_EXPECTED: Final = (b"HTTP/1.1 200 ", b"HTTP/1.1 206 ", _NOT_MODIFIED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is learned of an answer: how long it is, and what is in it."""

    size_bytes: int
    status: bytes
    body_sha256: str


class Requests:
    """The requests to send, without end: each path in its turn."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.paths: list[bytes] = [path.encode() for path in told["paths"]]
        self._is_numbered = told["is_numbered"]
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
            if not self._is_numbered:
                yield place, plain[place]
                continue
            path = self.paths[place]
            query = b"?CMCD=bl%%3D%d%%2Csid%%3D%%22%d%%22" % (number, number)
            yield place, b"GET " + path + query + self._rest


class Connection:
    """One connection, on which one answer at a time is under way."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, _ANSWER_WITHIN_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.left_bytes = 0
        self.asked_ns = 0
        self._low_bytes = 1

    def ask(self, request: bytes, size_bytes: int) -> None:
        """Send a request; be told when so much has come."""
        self._wait_for(size_bytes)
        self.left_bytes = size_bytes
        self.asked_ns = time.perf_counter_ns()
        self.socket.send(request)

    def drop(self, nowhere: memoryview) -> bool:
        """Drop what has come; tell whether that was all of the answer."""
        dropped = self.socket.recv_into(nowhere, self.left_bytes, socket.MSG_TRUNC)
        if not dropped:
            raise ConnectionError("closed in the middle of an answer")
        self.left_bytes -= dropped
        if self.left_bytes:
            self._wait_for(self.left_bytes)
        return not self.left_bytes

    def _wait_for(self, size_bytes: int) -> None:
        if size_bytes != self._low_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size_bytes)
            self._low_bytes = size_bytes

    def read(self, request: bytes) -> Answer:
        """Ask, and read the answer."""
        self._wait_for(1)
        self.socket.settimeout(_ANSWER_WITHIN_S)
        self.socket.sendall(request)
        with self.socket.makefile("rb") as stream:
            lines = list(iter(stream.readline, b"\r\n"))
            fields = {name.lower(): value for name, _, value in (x.partition(b":") for x in lines)}
            has_body = not lines[0].startswith(_NOT_MODIFIED)
            length = int(fields.get(b"content-length", b"0")) if has_body else 0
            body = stream.read(length)
        self.socket.setblocking(False)
        if len(body) != length:
            raise ConnectionError("closed in the middle of a body")
        head_bytes = sum(map(len, lines)) + len(b"\r\n")
        return Answer(head_bytes + length, lines[0], hashlib.sha256(body).hexdigest())


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


def _ask(told: dict[str, Any]) -> tuple[list[int], float]:
    """Ask for as long as told; return how long each answer took, in ns, and all of them, in s."""
    requests, address = Requests(told), (told["host"].partition(":")[0], told["port"])
    connections = [Connection(address) for _ in range(told["connections"])]
    answers = _learned(connections[0], requests)
    for answer in answers:
        if not answer.status.startswith(_EXPECTED):
            raise SystemExit(f"The server says {answer.status!r}.")
    sizes = [answer.size_bytes for answer in answers]
    took_ns, spent_s = _asked(connections, requests, sizes, told["seconds"])
    for number, connection in enumerate(connections):
        if connection.read(requests.of(number)) != answers[number % len(answers)]:
            raise SystemExit("An answer is another than it was at first.")
        connection.socket.close()
    return took_ns, spent_s


def _asked(
    connections: Sequence[Connection], requests: Requests, sizes: Sequence[int], seconds: float
) -> tuple[list[int], float]:
    """Ask on all connections, and wait for the last answers."""
    took_ns: list[int] = []
    nowhere = memoryview(bytearray(_ANSWER_BYTES_MAX))
    by_number = {connection.socket.fileno(): connection for connection in connections}
    asking, waiting, now_ns = requests.all(), len(connections), time.perf_counter_ns
    with select.epoll() as ready:
        begun_s = time.monotonic()
        until_s = begun_s + seconds
        for number, connection in by_number.items():
            ready.register(number, select.EPOLLIN)
            place, request = next(asking)
            connection.ask(request, sizes[place])
        while waiting:
            events = ready.poll(_ANSWER_WITHIN_S)
            if not events:
                raise SystemExit(f"{waiting} answers did not come, or not whole.")
            is_over = time.monotonic() >= until_s
            for number, _ in events:
                connection = by_number[number]
                if not connection.drop(nowhere):
                    continue
                took_ns.append(now_ns() - connection.asked_ns)
                if is_over:
                    waiting -= 1
                    continue
                place, request = next(asking)
                connection.ask(request, sizes[place])
        return took_ns, time.monotonic() - begun_s


def main() -> None:
    """Ask, and tell."""
    took_ns, spent_s = _ask(json.load(sys.stdin))
    took_ns.sort()
    said = {
        "requests": len(took_ns),
        "spent_s": spent_s,
        "cpu_s": time.process_time(),
        "p50_ms": took_ns[len(took_ns) // 2] / 1e6,
        "p99_ms": took_ns[len(took_ns) * 99 // 100] / 1e6,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
