"""A reload, or a stop, in the middle of an upload: the worker that has it hears all of it."""

import signal
import socket
import time
from contextlib import closing
from pathlib import Path

import pytest

from origin.drain_times import RETIRE_POLITE_S
from tests.functional.asking import answer, ask
from tests.functional.load import refuses
from tests.functional.supervising import Server, embedded, until
from tests.servers.soundbridge import TIMEOUT_S, soundbridge_here

LONGER_THAN_A_STOP_S = RETIRE_POLITE_S + 3.0
PIECE_BYTES = 1_000
"""Fifth of a second: more than the least rate."""
OPTIONS = ("--no-packager", "--drain-timeout", "1")


@pytest.fixture
def key(tmp_path: Path) -> str:
    soundbridge_here("admin", "user", "add", "Ann", "--role", "creator", "--state", tmp_path)
    return soundbridge_here("admin", "key", "add", "Ann", "--state", tmp_path).stdout.strip()


def begin(server: Server, key: str, size_bytes: int) -> socket.socket:
    """Begin to PUT so many bytes, and send the first half."""
    client = server.connect()
    fields = f"Host: x\r\nAuthorization: Bearer {key}\r\n"
    made = ask(
        client,
        f"POST /v1/uploads HTTP/1.1\r\n{fields}Content-Type: application/json\r\n"
        "Content-Length: 2\r\n\r\n{}".encode(),
    )
    assert made.status == 201, made.body
    path = made.headers["location"]
    client.sendall(
        f"PUT {path}/content HTTP/1.1\r\n{fields}Content-Length: {size_bytes}\r\n\r\n".encode()
    )
    client.sendall(_SOUND[: size_bytes // 2])
    return client


_SOUND = b"RIFF" + (2_000_036).to_bytes(4, "little") + b"WAVEfmt " + bytes(2_000_000)


def reloaded(server: Server) -> set[int]:
    """Replace all workers; return those that were there before."""
    before = server.workers
    server.signal(signal.SIGHUP)
    until(lambda: server.events("reload done"))
    return before


@pytest.mark.long
def test_an_upload_goes_on_after_a_reload(tmp_path: Path, key: str) -> None:
    with embedded(tmp_path, tmp_path / "log", *OPTIONS) as server:
        with closing(begin(server, key, len(_SOUND))) as client:
            before = server.workers
            server.signal(signal.SIGHUP)
            rest = memoryview(_SOUND)[len(_SOUND) // 2 :]
            until_s = None
            while until_s is None or time.monotonic() < until_s:
                client.sendall(rest[:PIECE_BYTES])
                rest = rest[PIECE_BYTES:]
                time.sleep(0.2)
                if until_s is None and server.events("reload done"):
                    until_s = time.monotonic() + LONGER_THAN_A_STOP_S
            assert before < server.workers
            client.sendall(rest)
            done = answer(client)
        assert done.status == 200, done.body
        until(lambda: len(server.workers) == 1)


@pytest.mark.long
def test_a_stop_gives_it_the_time_that_there_is(tmp_path: Path, key: str) -> None:
    options = ("--no-packager", "--drain-timeout", "60")
    with (
        embedded(tmp_path, tmp_path / "log", *options) as server,
        closing(begin(server, key, len(_SOUND))) as client,
    ):
        server.signal(signal.SIGTERM)
        until(lambda: refuses(server.address))
        time.sleep(1)
        client.sendall(_SOUND[len(_SOUND) // 2 :])
        done = answer(client)
        assert (done.status, done.headers["connection"]) == (200, "close")
        assert server.process.wait(TIMEOUT_S) == 0


@pytest.mark.long
def test_a_stop_shortens_the_time_that_a_reload_gave(tmp_path: Path, key: str) -> None:
    with embedded(tmp_path, tmp_path / "log", *OPTIONS) as server:
        with closing(begin(server, key, len(_SOUND))):
            before = reloaded(server)
            time.sleep(LONGER_THAN_A_STOP_S)
            assert before < server.workers, "it is waited for"
            server.signal(signal.SIGTERM)
            begun_s = time.monotonic()
            assert server.process.wait(TIMEOUT_S) == 0
        assert time.monotonic() - begun_s < RETIRE_POLITE_S
        assert "did not end in time" not in (tmp_path / "log").read_text()
