"""The benchmarks' load drops answers unread, and notices all the same that they are others."""

import os
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

import pytest

from benchmarks.origin.load import CONNECTIONS, Asked, Served, load, load_counting
from benchmarks.origin.servers import Server

LEARNED = 2 * 2 * CONNECTIONS
"""On each connection, each of two paths is read twice before the load begins."""
CORES = sorted(os.sched_getaffinity(0))[:1]
Answer = Callable[[int], bytes]


def answer(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


@contextmanager
def serving(answered: Answer) -> Iterator[Server]:
    """Serve answers by their number."""
    numbers = count()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(ConnectionError):  # the load has had enough
                while line := self.rfile.readline():
                    if line == b"\r\n":
                        self.wfile.write(answered(next(numbers)))

    class Listening(socketserver.ThreadingTCPServer):
        request_queue_size = CONNECTIONS

    with Listening(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Server(f"http://127.0.0.1:{server.server_address[1]}", os.getpid())
        finally:
            server.shutdown()
            thread.join()


def asked_of(answered: Answer) -> Served:
    with serving(answered) as server:
        return load(server, Asked(["/a", "/b"], [("Accept", "*/*")]), seconds=1, cores=CORES)


def test_it_tells_what_was_served() -> None:
    numbers: list[int] = []

    def answered(number: int) -> bytes:
        numbers.append(number)
        return answer(b"x" * 100_000)

    served = asked_of(answered)
    # The second is measured, and may be some thousandths short.
    assert 0.5 * len(numbers) < served.requests_per_s <= 1.01 * len(numbers)
    assert 0 < served.p50_ms <= served.p99_ms
    assert served.requests_per_cpu_s > 0
    assert served.load_cores > 0


@pytest.mark.long
@pytest.mark.long_if("longer", "empty")
@pytest.mark.parametrize(
    "odd",
    [answer(b"x" * 1001), answer(b"x" * 999), answer(b"x" * 2_000_000), answer(b"")],
    ids=["longer", "shorter", "much longer", "empty"],
)
def test_one_of_another_length_in_between_is_noticed(odd: bytes) -> None:
    with pytest.raises(SystemExit):
        asked_of(lambda number: odd if number == LEARNED + CONNECTIONS else answer(b"x" * 1000))


def test_another_body_of_the_same_length_at_the_end_is_noticed() -> None:
    with pytest.raises(SystemExit):
        asked_of(lambda number: answer((b"x" if number < LEARNED + CONNECTIONS else b"y") * 1000))


def test_what_never_stays_the_same_is_not_measured() -> None:
    with pytest.raises(SystemExit):
        asked_of(lambda number: answer(b"%d" % number))


def test_failures_are_not_measured() -> None:
    with pytest.raises(SystemExit):
        asked_of(lambda _: answer(b"", "503 Service Unavailable"))


def test_answers_are_counted_by_their_heads() -> None:
    def answered(number: int) -> bytes:
        return answer(b"x" * 5000, more="X: a\r\n" if number % 4 else "X: but not a\r\n")

    with serving(answered) as server:
        _, share = load_counting(server, Asked(["/a"]), "X: a", seconds=1, cores=CORES)
    assert 0.7 < share < 0.8


def test_a_body_of_another_length_is_noticed_where_heads_are_read() -> None:
    def answered(number: int) -> bytes:
        return answer(b"x" * (5000 if number < LEARNED + CONNECTIONS else 5001))

    with serving(answered) as server, pytest.raises(SystemExit):
        load_counting(server, Asked(["/a"]), "X: a", seconds=1, cores=CORES)
