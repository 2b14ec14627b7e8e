"""``soundbridge`` as people, scripts and services start it: a program of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from origin.cli import main

SOUNDBRIDGE: Final = (sys.executable, "-m", "origin.cli")
TIMEOUT_S: Final = 100
"""A busy machine takes as long as it does; what hangs ends before the test's own limit."""


def soundbridge(
    *arguments: str | Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; ``environment`` is added to the tests' own."""
    return subprocess.run(
        [*SOUNDBRIDGE, *arguments],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        env=os.environ | (environment or {}),
    )


def soundbridge_here(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in this process.

    For what comes before a test of something else: a program takes half a second to start.
    """
    words = [str(each) for each in arguments]
    with ThreadPoolExecutor(1) as apart:  # an event loop may run in this thread
        done = apart.submit(CliRunner().invoke, main, words, prog_name="soundbridge").result()
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


@contextmanager
def running(
    *arguments: str | Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a command for as long as the block lasts; what it says on stdout can be read."""
    with subprocess.Popen(
        [*SOUNDBRIDGE, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | (environment or {}),
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(TIMEOUT_S)
            finally:
                process.kill()


def url_said(process: subprocess.Popen[str]) -> str:
    """Return the URL in the next line of a running command, without a slash at its end."""
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found is not None, line
    return found[0].rstrip("/")


@contextmanager
def serving(store: str | Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run ``soundbridge serve`` on a free port; the value is its base URL, without a slash."""
    options = ("--store", store, "--port", "0")
    with running("serve", *options, environment=environment) as server:
        yield url_said(server)
