"""Lines into real pipes and devices."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from origin.telemetry.log_stream import LogStream

LONG_S = 60.0


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_lines_leave_whole_and_in_order(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(_read_lines(reading, 5000)))
    reader.start()
    stream = LogStream(writing)
    for number in range(5000):
        stream.write(f"{number} {'x' * (number % 300)}\n")
    stream.close(within_s=LONG_S)
    reader.join()
    assert lines == [f"{number} {'x' * (number % 300)}" for number in range(5000)]
    assert stream.dropped == 0


def _read_lines(end: int, count: int) -> list[str]:
    with open(os.dup(end), encoding="utf-8") as file:  # noqa: PTH123 a descriptor
        return [file.readline().rstrip("\n") for _ in range(count)]


def test_where_nobody_reads_lines_are_dropped_and_then_counted() -> None:
    reading, writing = os.pipe()
    stream = LogStream(writing, limit_bytes=200_000)
    for number in range(10_000):
        stream.write(f'{{"number":{number}}}\n')
    assert 0 < stream.dropped < 10_000
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(_read_all(reading)))
    reader.start()
    attempts = _write_until_taken(stream, '{"number":10000}\n')
    stream.close(within_s=LONG_S)
    os.close(writing)
    reader.join()
    events = [json.loads(line) for line in lines]
    told = [event for event in events if "event" in event]
    numbers = [event["number"] for event in events if "number" in event]
    assert {(event["event"], event["level"]) for event in told} == {
        ("log lines dropped", "warning")
    }
    assert sum(event["lines"] for event in told) == stream.dropped
    assert len(numbers) == 10_000 + attempts - stream.dropped
    assert numbers == sorted(numbers)
    assert numbers[-1] == 10_000


def _write_until_taken(stream: LogStream, line: str) -> int:
    """Write it again and again, and return how often that was."""
    attempts = 0
    while True:
        dropped = stream.dropped
        stream.write(line)
        attempts += 1
        if stream.dropped == dropped:
            return attempts


def _read_all(end: int) -> list[str]:
    """Read until the other side has been closed."""
    with open(end, encoding="utf-8") as file:
        return file.read().splitlines()


def test_a_stalled_reader_does_not_hold_up_the_end(pipe: tuple[int, int]) -> None:
    _, writing = pipe
    stream = LogStream(writing)
    for _ in range(200):
        stream.write("x" * 1000 + "\n")
    stream.close(within_s=0.01)
    stream.write("too late\n")
    assert stream.dropped == 1


def test_a_full_disk_is_counted() -> None:
    with Path("/dev/full").open("wb") as full:
        stream = LogStream(full.fileno())
        for _ in range(100):
            stream.write("lost\n")
        stream.close(within_s=LONG_S)
    assert stream.dropped == 100


def test_a_reader_that_has_gone_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    stream = LogStream(writing)
    stream.write("lost\n")
    stream.close(within_s=LONG_S)
    assert stream.dropped == 1
    os.close(writing)


def test_a_pipe_that_somebody_made_non_blocking(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    os.set_blocking(writing, False)
    stream = LogStream(writing)
    for number in range(500):
        stream.write(f"{number} {'x' * 500}\n")
    lines = _read_lines(reading, 500)
    assert [line.partition(" ")[0] for line in lines] == [str(number) for number in range(500)]
    stream.close(within_s=LONG_S)


def test_two_processes_lines_do_not_mix(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    streams = [LogStream(writing) for _ in range(2)]
    for _ in range(3000):
        for name, stream in zip("ab", streams, strict=True):
            stream.write(name * 400 + "\n")
    lines = _read_lines(reading, 6000)
    assert set(lines) == {"a" * 400, "b" * 400}
    for stream in streams:
        stream.close(within_s=LONG_S)


def test_a_file_gets_all(tmp_path: Path) -> None:
    with (tmp_path / "log").open("ab") as file, closing(_Closing(file.fileno())) as stream:
        for number in range(1000):
            stream.write(f"{number} \udc80\n")
    lines = (tmp_path / "log").read_text().splitlines()
    assert lines == [f"{number} \\udc80" for number in range(1000)]


class _Closing(LogStream):
    def close(self, *, within_s: float = LONG_S) -> None:
        super().close(within_s=within_s)
