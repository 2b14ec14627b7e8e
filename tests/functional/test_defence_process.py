"""A process that serves keeps its deadlines and bounds, as the program runs it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from socket import create_connection, socket

import pytest

from tests.functional.asking import PAGE, ask, get, is_closed
from tests.servers.soundbridge import TIMEOUT_S, url_said
from tests.sources.published import PublishedAsset

DESCRIPTORS = 600
"""Of which some 340 are for connections."""

IDLE_S = 2.0
LONG_S = 1000.0

Connect = Callable[[], socket]
Start = Callable[[float], Connect]


@pytest.fixture
def start(folder: Path, asset: PublishedAsset) -> Iterator[Start]:
    """Start it; what is returned opens connections."""
    del asset
    with ExitStack() as opened:

        def start(idle_s: float) -> Connect:
            address = "127.0.0.1", opened.enter_context(_serving(folder, idle_s))
            return lambda: opened.enter_context(closing(create_connection(address, TIMEOUT_S)))

        yield start


@contextmanager
def _serving(folder: Path, idle_s: float) -> Iterator[int]:
    limited = ["sh", "-c", f'ulimit -n {DESCRIPTORS} && exec "$@"', "sh"]
    command = [*limited, sys.executable, "-m", "tests.servers.impatient", str(folder), str(idle_s)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield int(url_said(process).rpartition(":")[2])
        finally:
            process.terminate()


def test_a_head_has_to_come(start: Start) -> None:
    client = start(LONG_S)()
    assert ask(client, PAGE[:-2]).status == 408
    assert is_closed(client)


def test_a_head_has_a_size(start: Start) -> None:
    client = start(LONG_S)()
    assert ask(client, get("/", *(f"A{number}: b" for number in range(100)))).status == 431
    assert is_closed(client)


def test_some_descriptors_are_kept_for_the_store(start: Start) -> None:
    connect = start(LONG_S)
    statuses = [ask(client, PAGE).status for client in (connect() for _ in range(DESCRIPTORS))]
    assert set(statuses) == {200, 503}
    assert 300 < statuses.count(200) < 400


@pytest.mark.long
def test_who_asks_for_nothing_more_is_left_and_who_does_is_not(start: Start) -> None:
    """However it was answered: the first by aiohttp, most of the others from memory."""
    client = start(IDLE_S)()
    begun_s = time.monotonic()
    while time.monotonic() < begun_s + 2 * IDLE_S:
        assert ask(client, PAGE).status == 200
    assert is_closed(client)
