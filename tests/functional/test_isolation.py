"""A source may do to the process that reads it what it likes: that is one typed error, no more."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from packager.encoding.encoded import EncodedChunk
from packager.errors import (
    PackagingError,
    ReaderLost,
    SourceCrashed,
    SourceStalled,
    SourceTooDemanding,
)
from packager.limits import Limits
from packager.reading import Reading
from packager.sandbox.allowance import Allowance, allowance
from packager.sandbox.process import start_child
from packager.sandbox.reader import Reader
from packager.sandbox.warm import WarmReaders
from tests.functional import breaking
from tests.functional.processes import children
from tests.functional.supervising import until
from tests.sources.audio import excerpt

LIMITS = Limits()
USUAL = allowance(LIMITS, workers=1)
NOT_PERMITTED = "Operation not permitted"
RUNGS = ("128k", "256k", "320k")


@pytest.fixture(scope="module")
def readers() -> Iterator[WarmReaders]:
    """Readers whose sources do what they are named for."""
    with WarmReaders(breaking.TEMPLATE) as readers:
        readers.reader().close()
        yield readers


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(autouse=True)
def _nothing_is_left(readers: WarmReaders) -> Iterator[None]:
    del readers
    before = children(), open_files()
    yield
    until(lambda: (children(), open_files()) == before)  # what others had open may go meanwhile


def read_all(reader: Reader, path: Path, allowed: Allowance = USUAL) -> list[EncodedChunk]:
    with reader:
        reading = reader.read(path, LIMITS, 1, allowed=allowed)
        chunks = list(reading.chunks())
        reading.finding()
    return chunks


@pytest.fixture(scope="module")
def two_chunks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return excerpt(tmp_path_factory.mktemp("music") / "music.wav", samples=600_000)


@pytest.fixture
def named(tmp_path: Path, music: Path) -> Callable[[str], Path]:
    return lambda name: Path(shutil.copy(music, tmp_path / f"{name}.wav"))


@pytest.mark.long
@pytest.mark.long_if("allowed7", "allowed8", "allowed9", "allowed10")
@pytest.mark.parametrize(
    ("name", "allowed", "error"),
    [
        ("segfault", USUAL, SourceCrashed),
        ("abort", USUAL, SourceCrashed),
        ("leave", USUAL, SourceCrashed),
        ("raise_an_error", USUAL, SourceCrashed),
        ("eat_memory", replace(USUAL, memory_bytes=2**29), SourceTooDemanding),
        ("eat_memory_in_c", replace(USUAL, memory_bytes=2**29), SourceTooDemanding),
        ("spin", replace(USUAL, cpu_s=2), SourceTooDemanding),
        ("spin", replace(USUAL, quiet_cpu_s=1), SourceStalled),
        ("hang", replace(USUAL, idle_s=1), SourceStalled),
        ("hang", replace(USUAL, waiting_s=3), SourceStalled),
        ("hang_with_the_interpreter", replace(USUAL, idle_s=1), SourceStalled),
    ],
)
def test_what_breaks_half_way(
    readers: WarmReaders,
    named: Callable[[str], Path],
    name: str,
    allowed: Allowance,
    error: type[PackagingError],
) -> None:
    with pytest.raises(PackagingError) as raised:
        read_all(readers.reader(), named(name), allowed)
    assert type(raised.value) is error, raised.value
    assert str(raised.value).endswith(".")


def test_an_error_of_our_own_keeps_its_trace(
    readers: WarmReaders, named: Callable[[str], Path]
) -> None:
    with pytest.raises(SourceCrashed) as raised:
        read_all(readers.reader(), named("raise_an_error"))
    assert "RuntimeError: nobody thought of this" in str(raised.value.__cause__)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("write_a_file", NOT_PERMITTED),
        ("change_a_file", NOT_PERMITTED),
        ("remove_a_file", NOT_PERMITTED),
        ("make_a_folder", NOT_PERMITTED),
        ("read_what_its_parent_knows", "Permission denied"),
        ("read_another_file", "Permission denied"),
        ("lift_its_limits", "not allowed to raise maximum limit"),
        ("outlive_its_parent", NOT_PERMITTED),
        ("start_a_process", NOT_PERMITTED),
        ("leave_its_session", NOT_PERMITTED),
        ("ask_the_network", NOT_PERMITTED),
        ("start_a_program", NOT_PERMITTED),
        ("kill_its_parent", NOT_PERMITTED),
    ],
)
def test_what_a_child_may_not_do(
    readers: WarmReaders, named: Callable[[str], Path], name: str, reason: str
) -> None:
    with pytest.raises(SourceCrashed) as raised:
        read_all(readers.reader(), named(name))
    assert reason in str(raised.value.__cause__)


def test_what_a_child_may_do(
    readers: WarmReaders, named: Callable[[str], Path], music: Path
) -> None:
    chunks = read_all(readers.reader(), named("look_at_its_limits_and_start_a_thread"))
    assert chunks == list(Reading(music, LIMITS).chunks())


def test_what_a_library_prints_goes_nowhere(
    readers: WarmReaders, named: Callable[[str], Path], music: Path
) -> None:
    chunks = read_all(readers.reader(), named("print_a_lot"))
    assert chunks == list(Reading(music, LIMITS).chunks())


def test_a_child_that_was_killed_is_not_the_source_s_fault(
    readers: WarmReaders, two_chunks: Path
) -> None:
    with readers.reader() as reader:
        chunks = reader.read(two_chunks, LIMITS).chunks()
        next(chunks)
        reader.kill()
        with pytest.raises(ReaderLost):
            list(chunks)


@pytest.mark.parametrize("lie", breaking.LIES)
def test_a_chunk_that_is_not_the_next(
    readers: WarmReaders, named: Callable[[str], Path], lie: str
) -> None:
    with pytest.raises(SourceCrashed):
        read_all(readers.reader(), named(lie))


def saying(data: str) -> Reader:
    """Return a reader that says nothing but the bytes of a Python expression, and waits."""
    program = f"import os, time; os.write(1, {data}); time.sleep(1000)"
    return Reader(partial(start_child, ("-c", program)))


@pytest.mark.parametrize(
    "said",
    [
        "b'this is no frame'",
        "b'\\xff' * 8",
        "b'\\0' * 2**22",
        "(2).to_bytes(4) + b'\\xff' * 4 + b'{}'",
        "(2).to_bytes(4) + bytes(4) + b'[]'",
        "(2**20).to_bytes(4) + bytes(4) + b'[' * 2**20",
    ],
)
def test_what_is_no_message(music: Path, said: str) -> None:
    with pytest.raises(SourceCrashed):
        read_all(saying(said), music)


def test_what_never_says_anything(music: Path) -> None:
    with pytest.raises(SourceStalled):
        read_all(saying("b''"), music, replace(USUAL, idle_s=1))


def test_a_source_is_refused_in_the_same_words(readers: WarmReaders, tmp_path: Path) -> None:
    source = tmp_path / "t.wav"
    source.write_bytes(b"RIFF")
    with pytest.raises(PackagingError) as alone:
        Reading(source, LIMITS)
    with pytest.raises(PackagingError) as isolated:
        read_all(readers.reader(), source)
    assert type(isolated.value) is type(alone.value)
    assert str(isolated.value) == str(alone.value)


@pytest.mark.parametrize("is_warm", [False, True])
def test_a_child_gives_what_this_process_would(
    readers: WarmReaders,
    two_chunks: Path,
    is_warm: bool,  # noqa: FBT001 a column of the table above
) -> None:
    alone = Reading(two_chunks, LIMITS, workers=1)
    with readers.reader() if is_warm else Reader() as reader:
        reading = reader.read(two_chunks, LIMITS, 2)
        assert reading.plan == alone.plan
        assert list(reading.chunks()) == list(alone.chunks())
        assert reading.finding() == alone.finding()


def test_what_is_done_is_left_out(readers: WarmReaders, two_chunks: Path) -> None:
    done = {("128k", 0), ("256k", 1)}
    with readers.reader() as reader:
        reading = reader.read(two_chunks, LIMITS)
        made = [(chunk.rung.name, chunk.cut.number) for chunk in reading.chunks(done)]
        assert made == [("256k", 0), ("320k", 0), ("128k", 1), ("320k", 1)]
        assert reading.finding().timeline.samples == 600_000


def test_all_may_be_done(readers: WarmReaders, music: Path) -> None:
    with readers.reader() as reader:
        reading = reader.read(music, LIMITS)
        assert list(reading.chunks({(rung, 0) for rung in RUNGS})) == []
        assert reading.finding().timeline.samples == 220_507
