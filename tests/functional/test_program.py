"""How the program ends: its exit status, whatever has become of what it writes to."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.supervising import until
from tests.servers.soundbridge import SOUNDBRIDGE, TIMEOUT_S, url_said

ENDING = """
import os, sys
from origin.cli import main, program

@main.command()
def end():
    {how}

sys.argv[1:] = ["end"]
program.run()
"""
"""The program with one command more, which ends in a way of its own."""
BUFFERED = os.environ | {"PYTHONUNBUFFERED": ""}
"""As the program runs outside of a container: it writes when its buffer is full, or at the end."""
CLOSED = [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"]


def in_shell(redirection: str, *command: str | Path) -> list[str]:
    """A command as a shell starts it with its streams redirected."""
    return ["sh", "-c", f'exec "$@" {redirection}', "sh", *map(str, command)]


def run(*command: str | Path, redirection: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        in_shell(redirection, *command),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        env=BUFFERED,
    )


def ending(how: str, redirection: str = "") -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-c", ENDING.format(how=how), redirection=redirection)


@pytest.mark.parametrize("redirection", CLOSED)
def test_what_went_well_went_well_where_nobody_hears_of_it(redirection: str) -> None:
    done = run(*SOUNDBRIDGE, "--version", redirection=redirection)
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.long_unless("how_said0-<&- >&- 2>&-", "how_said1->&-")
@pytest.mark.parametrize("redirection", CLOSED)
@pytest.mark.parametrize("how_said", [(), ("--json",)])
def test_a_package_without_streams_is_made(
    music: Path, tmp_path: Path, redirection: str, how_said: tuple[str, ...]
) -> None:
    store = tmp_path / "store"
    done = run(*SOUNDBRIDGE, "package", music, store, *how_said, redirection=redirection)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert list(store.rglob("entry/*.json"))


def test_a_server_without_a_log_serves(tmp_path: Path) -> None:
    command = in_shell("2>&-", *SOUNDBRIDGE, "serve", "--store", tmp_path, "--port", "0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            with urllib.request.urlopen(url_said(server), timeout=30) as response:  # noqa: S310 ours
                assert response.status == 200
        finally:
            server.terminate()
    assert server.returncode == 0


def full() -> int:
    return os.open("/dev/full", os.O_WRONLY)


def without_reader() -> int:
    reads, writes = os.pipe()
    os.close(reads)
    return writes


@pytest.mark.parametrize("stdout", [full, without_reader])
def test_a_server_whose_address_nobody_hears_serves(
    tmp_path: Path, unused_tcp_port: int, stdout: Callable[[], int]
) -> None:
    serve = [*SOUNDBRIDGE, "serve", "--store", str(tmp_path), "--port", str(unused_tcp_port)]
    log, unheard = tmp_path / "log", stdout()
    with (
        log.open("wb") as errors,
        subprocess.Popen(serve, stdout=unheard, stderr=errors, env=BUFFERED) as server,
    ):
        os.close(unheard)
        try:
            until(lambda: b"stdout cannot be written" in log.read_bytes())
            url = f"http://127.0.0.1:{unused_tcp_port}/healthz"
            with urllib.request.urlopen(url, timeout=30) as response:
                assert response.status == 200
        finally:
            server.terminate()
    assert server.returncode == 0
    assert b"Traceback" not in log.read_bytes()


@pytest.mark.parametrize("redirection", CLOSED)
def test_what_is_opened_does_not_become_a_stream(tmp_path: Path, redirection: str) -> None:
    """Whatever is written to a stream would go into it."""
    where = tmp_path / "number"
    how = f"file = open({str(where)!r}, 'w'); file.write(str(file.fileno())); file.close()"
    assert ending(how, redirection).returncode == 0
    assert int(where.read_text()) > 2


@pytest.mark.parametrize(
    ("how", "status", "said"),
    [
        ("sys.exit()", 0, ""),
        ("sys.exit(0)", 0, ""),
        ("sys.exit(7)", 7, ""),
        ("sys.exit(True)", 1, ""),
        ("sys.exit('That is why.')", 1, "That is why.\n"),
        ("raise SystemExit(['why', 7])", 1, "['why', 7]\n"),
    ],
)
def test_the_status_is_what_python_s_would_be(how: str, status: int, said: str) -> None:
    done = ending(how)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", said)


@pytest.mark.parametrize("redirection", CLOSED)
def test_a_failure_is_one_where_nobody_hears_of_it(redirection: str) -> None:
    done = ending("sys.exit('That is why.')", redirection)
    assert done.returncode == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("how", "status"), [("", 0), ("sys.exit(7)", 7), ("sys.exit('That is why.')", 1)]
)
def test_nobody_need_read_to_the_end(how: str, status: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-c", ENDING.format(how=f"sys.stdout.write('said'); {how}")],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            env=BUFFERED,
        )
    finally:
        os.close(writing)
    assert done.returncode == status
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("how", "status"), [("", 1), ("sys.exit(7)", 7)])
def test_what_could_not_be_written_is_a_failure(how: str, status: int) -> None:
    done = ending(f"sys.stdout.write('said'); {how}", ">/dev/full")
    assert done.returncode == status
    assert "Traceback" not in done.stderr
