"""How long children live, what they know, and that a worker outlives what happens to them."""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from obstore.store import LocalStore
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.database.engine import open_database
from origin.entries import Entries
from origin.packaging_handler import PackagingHandler
from origin.packaging_job import KIND, PackagingJob
from packager.errors import ReaderLost
from packager.limits import Limits
from packager.package import package
from packager.queue import assets
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob, State
from packager.queue.tables import jobs
from packager.queue.worker import Surroundings, Worker
from packager.sandbox.reader import Reader
from packager.sandbox.warm import WarmReaders
from tests.functional import breaking
from tests.functional.processes import children as children_of
from tests.functional.processes import command_line

LIMITS = Limits()
OWN_FILES = 4
"""Of an idle child: requests, frames, and nothing twice."""

READS_UNTIL_KILLED = """
import sys
from pathlib import Path
from packager.limits import Limits
from packager.sandbox.warm import WarmReaders
from tests.functional import breaking
with WarmReaders(breaking.TEMPLATE) as readers, readers.reader() as reader:
    reading = reader.read(Path(sys.argv[1]), Limits())
    for _ in reading.chunks():
        print("reading", flush=True)
"""


def files_of(pid: int) -> list[str]:
    """Return what a process has open; while it starts, it opens and closes what it imports."""
    found = []
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.append(str(path.readlink()))
    return found


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def below(pid: int) -> list[int]:
    """The children of a process, and theirs."""
    found = sorted(children_of(pid))
    return found + [deeper for child in found for deeper in below(child)]


def readers_below(pid: int) -> list[int]:
    """Those of them that read sources: the servers of other tests may run beside them."""
    return [one for one in below(pid) if b"\0-P\0" in command_line(one)]


def wait_until(holds: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


@pytest.mark.parametrize("name", ["hang", "hang_with_the_interpreter", "spin"])
def test_no_child_outlives_its_parent(tmp_path: Path, music: Path, name: str) -> None:
    source = shutil.copy(music, tmp_path / f"{name}.wav")
    command = [sys.executable, "-c", READS_UNTIL_KILLED, str(source)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": "."}) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"reading\n"
        wait_until(lambda: len(readers_below(parent.pid)) == 2)
        children = readers_below(parent.pid)
        parent.kill()
    wait_until(lambda: not any(map(is_alive, children)))


def test_no_idle_child_outlives_its_parent() -> None:
    program = "from packager.sandbox.reader import Reader; Reader(); input()"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env={"PYTHONPATH": "."}) as parent:
        wait_until(lambda: bool(readers_below(parent.pid)))
        children = readers_below(parent.pid)
        parent.kill()
    wait_until(lambda: not any(map(is_alive, children)))


def test_whatever_leaves_the_block_ends_the_child(tmp_path: Path, music: Path) -> None:
    source = shutil.copy(music, tmp_path / "hang.wav")
    before = readers_below(os.getpid())
    with suppress(KeyboardInterrupt), Reader() as reader:
        next(reader.read(Path(source), LIMITS).chunks())
        raise KeyboardInterrupt
    assert readers_below(os.getpid()) == before


def test_a_child_knows_no_secret_and_holds_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    file = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(file, True)
    with Reader():
        wait_until(lambda: bool(readers_below(os.getpid())))  # it has become a program
        (child,) = readers_below(os.getpid())
        wait_until(lambda: len(files_of(child)) == OWN_FILES)
        open_files = files_of(child)
        lines = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
    os.close(file)
    names = {line.partition(b"=")[0] for line in lines}
    assert str(tmp_path) not in open_files
    assert names <= {
        b"", b"LANG", b"LC_ALL", b"LC_CTYPE", b"LD_LIBRARY_PATH", b"OPENBLAS_NUM_THREADS",
        b"MALLOC_MMAP_THRESHOLD_",
        b"PYTHONHOME", b"PYTHONPATH",
    }  # fmt: skip


def test_a_template_that_was_killed_is_replaced(tmp_path: Path, music: Path) -> None:
    with WarmReaders() as readers:
        with readers.reader() as reader:
            reading = reader.read(music, LIMITS)
            os.kill(readers_below(os.getpid())[0], signal.SIGKILL)
            with pytest.raises(ReaderLost):
                list(reading.chunks())
        packaged = package(
            music,
            LocalStore(tmp_path),
            asset_id="a",
            playback_id="p",
            created_at="2026-01-02T03:04:05Z",
            reader=readers.reader(),
        )
    assert packaged.index.samples == 220_507


def test_who_packages_loads_no_decoder(tmp_path: Path, music: Path) -> None:
    program = (
        "import sys; from origin.cli import main; main(sys.argv[1:], standalone_mode=False);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "package", "--json", str(music), str(tmp_path / "store")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    packaged, modules = done.stdout.splitlines()
    assert json.loads(packaged)["samples"] == 220_507
    assert not {"av", "numpy", "PIL", "sqlalchemy", "aiohttp"} & set(modules.split())


class Office:
    """A queue, a store, and workers whose sources do what they are named for."""

    def __init__(self, folder: Path, database: AsyncEngine, readers: WarmReaders) -> None:
        self._folder = folder
        self._database = database
        store = LocalStore(folder / "store", mkdir=True)
        self._handler = PackagingHandler(Entries(database, store), readers)

    async def queue(self, source: Path, name: str) -> None:
        copied = shutil.copy(source, self._folder / f"{name}.wav")
        job = PackagingJob(str(copied), name, f"play-{name}", "2026-01-02T03:04:05Z")
        new = NewJob(KIND, job.to_payload(), "ann", subject=name)
        async with self._database.begin() as connection:
            await enqueue(connection, new, job_id=name, now_s=time.time())
            await assets.register(connection, name, f"play-{name}")

    async def job(self, name: str) -> Any:
        async with self._database.begin() as connection:
            return (await connection.execute(select(jobs).where(jobs.c.id == name))).one()

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(60):
            while not await holds():  # noqa: ASYNC110 it is a row that changes, which tells nobody
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def open(self, *, drain_s: float = 60) -> AsyncIterator[None]:
        around = Surroundings(
            self._database.begin, "w", time.time, random.random, poll_s=0.05, drain_s=drain_s
        )
        stop = asyncio.Event()
        working = asyncio.create_task(Worker(around, {KIND: self._handler}, 1).run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(working, timeout=60)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_database(tmp_path, None) as database:
        with WarmReaders(breaking.TEMPLATE) as readers:
            yield Office(tmp_path, database, readers)


@pytest.mark.long
async def test_a_worker_lives_on_when_a_source_breaks_its_reader(
    office: Office, music: Path
) -> None:
    await office.queue(music, "segfault")
    await office.queue(music, "music")

    async def all_ended() -> bool:
        states = {(await office.job(name)).state for name in ("segfault", "music")}
        return states == {State.PARKED, State.SUCCEEDED}

    async with office.open():
        await office.until(all_ended)
    broken = await office.job("segfault")
    assert (broken.attempts, broken.failure_code) == (2, "source_crashed")
    assert (await office.job("music")).state == State.SUCCEEDED


async def test_a_job_that_is_cancelled_ends_its_child(office: Office, music: Path) -> None:
    await office.queue(music, "hang")

    async def is_reading() -> bool:
        return (
            len(readers_below(os.getpid())) == 2
            and (await office.job("hang")).state == State.RUNNING
        )

    async with office.open(drain_s=0):
        await office.until(is_reading)
    assert (await office.job("hang")).state == State.QUEUED
    assert len(readers_below(os.getpid())) == 1
