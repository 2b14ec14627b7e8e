"""Damaged files as jobs of one worker: each succeeds, or is parked for a reason, and it works on.

The long campaign is that of ``test_mutated_files``: of its mutants, every eleventh becomes a job.
"""

import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from obstore.store import LocalStore

from benchmarks.packaging.process_tree import tree
from manifests import layout
from manifests.entry import Entry
from manifests.index import Index
from origin.database.sqlite import FILE_NAME
from origin.packaging_job import PackagingJob, Terms, enqueue_packaging
from packager import errors
from tests.functional.collecting import collect_garbage
from tests.functional.looking import keys
from tests.functional.seeding import inspect
from tests.functional.test_mutated_files import COUNT
from tests.servers.soundbridge import running
from tests.sources.mutated import Mutant, mutant

SOME: Final = 11
"""Kinds of files come in turn, so it shares no factor with their number."""
PLAYS_FIRST: Final = 55
"""A mutant whose damage shows when it plays already."""
JOB_S: Final = 100.0
ENDING_S: Final = 20.0
OF_SOURCES: Final = {
    errors.UnsupportedSource.code,
    errors.CorruptSource.code,
    errors.SourceTooLarge.code,
    errors.SourceCrashed.code,
    errors.SourceStalled.code,
    errors.SourceTooDemanding.code,
}


@dataclass(frozen=True)
class Working:
    """A worker, and the folder that it has its store, its queue and its temporary files in."""

    process: subprocess.Popen[str]
    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def ask(self, source: Path, name: str) -> None:
        """Queue a job; asset and what plays it are called the same."""
        job = PackagingJob(str(source), name, name, "2026-01-02T03:04:05Z")
        terms = Terms("ann", 0, None)
        enqueue_packaging(self.folder / "state", None, job, terms, job_id=name, now_s=time.time())

    def outcome(self, name: str) -> tuple[str, str]:
        """Wait until a job has ended; return the code and the reason why it failed, if it did."""
        query = "SELECT state, failure_code, failure_reason FROM jobs WHERE id = ?"
        deadline_s = time.monotonic() + JOB_S
        while True:
            assert self.process.poll() is None, "the worker has ended"
            with closing(sqlite3.connect(self.folder / "state" / FILE_NAME, timeout=30)) as rows:
                state, code, reason = rows.execute(query, (name,)).fetchone()
            if state == "parked":
                return code, reason
            if state == "succeeded" and self.plays(name):
                return "", ""
            assert time.monotonic() < deadline_s, f"{name} is {state}"
            time.sleep(0.05)

    def plays(self, name: str) -> bool:
        entry = self.store / layout.entry_key(name)
        return entry.is_file() and not Entry.from_json(entry.read_bytes()).provisional


@pytest.fixture(scope="module")
def working(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Working]:
    folder = tmp_path_factory.mktemp("working")
    temporary = folder / "temporary"
    temporary.mkdir()
    places = ("--store", folder / "store", "--state", folder / "state")
    with running("worker", *places, environment={"TMPDIR": str(temporary)}) as process:
        yield Working(process, folder)
        started = tree(process.pid)
    assert process.returncode == 0
    deadline_s = time.monotonic() + ENDING_S
    while left := [pid for pid in started if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < deadline_s, f"still there: {left}"
        time.sleep(0.05)
    assert list(temporary.iterdir()) == []
    collect_garbage(folder / "store")
    assert keys(LocalStore(folder / "store")) == played(folder / "store")


def played(root: Path) -> set[str]:
    """The keys of all entries, and of what is in their revisions."""
    found = set()
    for path in (root / layout.ENTRY_PREFIX).glob("*"):
        where = Entry.from_json(path.read_bytes()).where
        index = Index.from_json((root / where.key(layout.INDEX)).read_bytes())
        found |= {where.key(name) for name in (layout.INDEX, *index.objects())}
        found.add(f"{layout.ENTRY_PREFIX}/{path.name}")
    return found


@pytest.mark.parametrize(
    "case", [*map(mutant, sorted({*range(0, COUNT, SOME), PLAYS_FIRST}))], ids=str
)
def test_a_damaged_job_ends_well(
    working: Working, specimens: Path, tmp_path: Path, case: Mutant
) -> None:
    name = f"mutant-{case.number}"
    working.ask(case.write(specimens, tmp_path), name)
    code, reason = working.outcome(name)
    entry = working.store / layout.entry_key(name)
    if code:
        assert code in OF_SOURCES
        assert re.fullmatch(r"[^\n]{20,250}\.", reason)
        assert not entry.exists()
        return
    where = Entry.from_json(entry.read_bytes()).where
    assert inspect(working.store / where.key(layout.MULTIVARIANT)).findings == ()
