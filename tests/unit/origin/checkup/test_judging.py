"""What numbers mean to ``soundbridge doctor``."""

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest

from origin.checkup import clock, codecs, database, disk
from origin.checkup.finding import Finding, Level, fine, sentence_of
from origin.checkup.running import Check, aside, run


@pytest.mark.parametrize(
    ("said_s", "level"),
    [
        (99.0, Level.OK),  # cut to whole seconds
        (101.5, Level.OK),
        (103.9, Level.WARN),
        (96.5, Level.WARN),
        (200.0, Level.FAIL),
        (10.0, Level.FAIL),
    ],
)
def test_clocks(said_s: float, level: Level) -> None:
    assert clock.compared("store", clock.Moment(said_s, 1.0), 100.0, 101.0).level is level


@pytest.mark.parametrize(("free", "level"), [(99, "fail"), (100, "warn"), (500, "ok")])
def test_disks(free: int, level: str) -> None:
    assert disk.judged("x", free, 100).level == level


@pytest.mark.parametrize(("taken", "level"), [(80, "ok"), (81, "warn")])
def test_connections(taken: int, level: str) -> None:
    assert database.connections(100, taken).level == level


def test_an_encoder_that_is_missing() -> None:
    told = {"pyav": "18", "ffmpeg": "8", "libavcodec": "62", "missing": ["aac"]}
    assert codecs.judged(told).level is Level.FAIL
    assert codecs.judged({**told, "missing": []}).level is Level.OK


async def test_each_check_has_its_time_and_takes_no_other_along() -> None:
    over = threading.Event()

    async def hangs() -> Sequence[Finding]:
        await aside(lambda: over.wait(60))
        return []

    async def breaks() -> Sequence[Finding]:
        raise KeyError("surprise")

    async def works() -> Sequence[Finding]:
        await asyncio.sleep(0)
        return [fine("It works.")]

    begun_s = time.monotonic()
    checks = [Check("a", hangs), Check("b", breaks), Check("c", works)]
    found = await run(checks, limit_s=0.3)
    assert time.monotonic() - begun_s < 30, "of a minute that it would hang"
    over.set()
    assert [(name, finding.level) for name, finding in found] == [
        ("a", Level.FAIL),
        ("b", Level.FAIL),
        ("c", Level.OK),
    ]
    assert "within 0.3 s" in found[0][1].said
    assert "surprise" in found[1][1].said


def test_errors_are_told_without_secrets() -> None:
    error = OSError("cannot reach redis://:secret@host/0.\nmore")
    assert sentence_of(error) == "cannot reach redis://host/0"
