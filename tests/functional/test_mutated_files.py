"""Damaged files become a presentation that is valid, or one sentence, and nothing else.

The long campaign: ``SOUNDBRIDGE_TEST_MUTATED=500 pytest tests/functional/test_mutated_files.py
--timeout 3600``. A test is called by its mutant's number, which is all it takes to see one of them
again: ``-k 00123`` beside the same count.

One process packages one mutant after the other, as a worker does. It is watched from outside, since
a crash of the decoder would be the end of it.
"""

import multiprocessing
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from obstore.store import LocalStore

from benchmarks.packaging.process_tree import tree, watched
from packager.errors import PackagingError, SourceCrashed
from packager.extras import NO_EXTRAS, Extras
from packager.package import package
from packager.sandbox.confinement import die_with_parent
from packager.sandbox.warm import WarmReaders
from tests.functional.collecting import collect_garbage
from tests.functional.seeding import inspect
from tests.sources.mutated import Mutant, mutant

FOUND_FAULTS: Final = (2924,)
"""Mutants that the packager once had no answer to."""
COUNT: Final = int(os.environ.get("SOUNDBRIDGE_TEST_MUTATED", "25"))
SOME: Final = 7
"""Every so many; kinds of files come in turn, so it shares no factor with their number."""
ALL_EXTRAS: Final = Extras(lossless=True, packed_audio=True)
WALL_LIMIT_S: Final = 60.0
MEMORY_LIMIT_BYTES: Final = 600 << 20
ENDING_S: Final = 20.0
READERS: Final = WarmReaders()
"""Of the process that packages; they are started with the first one, and die with it."""


def refusal_of(source: Path, store: Path, extras: Extras) -> str | None:
    """Return the sentence with which a source is refused, None where it is packaged."""
    try:
        package(
            source,
            LocalStore(store),
            asset_id="asset",
            playback_id="playback",
            created_at="2026-01-02T03:04:05Z",
            extras=extras,
            reader=READERS.reader(),
        )
    except PackagingError as error:
        if isinstance(error, SourceCrashed) and error.__cause__ is not None:
            raise error.__cause__ from None  # not the source broke the reading, but our own code
        return str(error)
    return None


class PackagingProcess:
    """A process that packages what it is given, and is watched while it does."""

    def __init__(self, temporary: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(
            1, context, initializer=_begin, initargs=(str(temporary),)
        )
        self._pid = self._executor.submit(os.getpid).result(WALL_LIMIT_S)
        self._seen = {self._pid}
        self._temporary = temporary

    def package(self, source: Path, store: Path, extras: Extras) -> str | None:
        """Do as ``refusal_of`` in the process; fails where it dies, or takes too much."""
        with watched(self._pid) as watch:
            packaging = self._executor.submit(refusal_of, source, store, extras)
            sentence = packaging.result(WALL_LIMIT_S)
            self._seen.update(tree(self._pid))
        assert watch.peak_bytes < MEMORY_LIMIT_BYTES
        return sentence

    def end(self) -> None:
        """End it, and see to it that nothing stays behind."""
        self._executor.shutdown()
        deadline_s = time.monotonic() + ENDING_S
        while left := {pid for pid in self._seen if Path(f"/proc/{pid}").exists()}:
            assert time.monotonic() < deadline_s, f"still there: {left}"
            time.sleep(0.05)
        assert listing(self._temporary) == []


def _begin(temporary: str) -> None:
    die_with_parent()
    os.environ["TMPDIR"] = temporary
    tempfile.tempdir = None  # ask the environment again


@contextmanager
def packaging_process(temporary: Path) -> Iterator[PackagingProcess]:
    process = PackagingProcess(temporary)
    try:
        yield process
    finally:
        process.end()


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PackagingProcess]:
    with packaging_process(tmp_path_factory.mktemp("temporary")) as process:
        yield process


def listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def cases(numbers: Iterable[int]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [*map(mutant, numbers)], ids=str)


@cases(sorted({*range(COUNT), *FOUND_FAULTS}))
def test_damage_ends_well(
    process: PackagingProcess, specimens: Path, tmp_path: Path, case: Mutant
) -> None:
    ends_well(process, case.write(specimens, tmp_path), tmp_path / "store", NO_EXTRAS)


@cases(range(0, COUNT, SOME))
def test_damage_ends_well_where_more_is_asked_for(
    process: PackagingProcess, specimens: Path, tmp_path: Path, case: Mutant
) -> None:
    ends_well(process, case.write(specimens, tmp_path), tmp_path / "store", ALL_EXTRAS)


def ends_well(process: PackagingProcess, source: Path, store: Path, extras: Extras) -> None:
    store.mkdir()
    refusal = process.package(source, store, extras)
    if refusal is None:
        collect_garbage(store)
        assert inspect(store).findings == ()
        return
    assert re.fullmatch(r"[^\n]{20,250}\.", refusal)
    assert not list((store / "entry").glob("*"))
    if list((store / "growing").glob("*/*/withdrawn.json")):  # it played already
        collect_garbage(store)
    assert not [path for path in store.rglob("*") if path.is_file()]
