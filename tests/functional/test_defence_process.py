"""A process that serves keeps its deadlines, as the program runs it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import create_connection, socket

import pytest

from tests.functional.asking import PAGE, ask, is_closed
from tests.servers.impatient import IDLE_S
from tests.servers.soundbridge import TIMEOUT_S, url_said
from tests.sources.published import PublishedAsset


@pytest.fixture
def client(folder: Path, asset: PublishedAsset) -> Iterator[socket]:
    del asset
    command = [sys.executable, "-m", "tests.servers.impatient", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            port = int(url_said(process).rpartition(":")[2])
            with closing(create_connection(("127.0.0.1", port), TIMEOUT_S)) as client:
                yield client
        finally:
            process.terminate()


def test_a_head_has_to_come(client: socket) -> None:
    assert ask(client, PAGE[:-2]).status == 408
    assert is_closed(client)


def test_who_asks_for_nothing_more_is_left_and_who_does_is_not(client: socket) -> None:
    """However it was answered: the first by aiohttp, most of the others from memory."""
    begun_s = time.monotonic()
    while time.monotonic() < begun_s + 2 * IDLE_S:
        assert ask(client, PAGE).status == 200
    assert is_closed(client)
