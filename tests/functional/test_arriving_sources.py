"""A source in a store is packaged, and plays, while it still arrives."""

import errno
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from hashlib import sha256
from itertools import chain, repeat
from pathlib import Path
from threading import Event, Thread, Timer
from typing import Any

import obstore
import pytest
from obstore.store import LocalStore

from manifests.entry import Entry
from packager.errors import (
    PackagingError,
    SourceChanged,
    SourceNotFound,
    SourceStalled,
    StoreFailed,
)
from packager.limits import Limits
from packager.package import package
from packager.patience import RETRIES
from packager.reading import Reading
from packager.sandbox import conversation
from packager.sandbox.reader import Reader
from packager.source.arrival import ArrivingFile
from packager.source.fingerprint import WHOLE_BYTES
from tests.functional.looking import Contents, contents
from tests.servers.holding import Holding, holding
from tests.servers.odd_store import Oddity, odd_store
from tests.servers.seaweedfs import Bucket
from tests.sources.audio import excerpt

MIB = 2**20
DOWN_S = 3.0
FORMATS: dict[str, tuple[str, ...]] = {
    "wav": (),
    "aiff": (),
    "flac": (),
    "m4a": ("-c:a", "alac"),
    "mka": ("-c:a", "flac"),
    "wv": (),
    "mp3": ("-b:a", "192k"),
    "opus": ("-c:a", "libopus"),
    "ogg": ("-c:a", "flac"),
    "aac": (),
}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a source that is not hashed before it plays: of its chunks, the first is early."""
    form = ("-ar", "192000", "-c:a", "pcm_f64le")
    path = excerpt(tmp_path_factory.mktemp("large") / "x.wav", *form, samples=25 * 44_100)
    assert path.stat().st_size > WHOLE_BYTES
    return path


@pytest.fixture(scope="module")
def undisturbed(large: Path, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """Return what becomes of it where it lies."""
    folder = tmp_path_factory.mktemp("undisturbed")
    packaged(str(large), folder)
    return contents(folder)


@pytest.fixture
def late(s3: Bucket, large: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Holding]:
    """Give a bucket that has it, most of which does not come before it is released."""
    obstore.put(s3.store(), "sources/x.wav", large)
    with holding(s3, lambda start, end: start >= 24 * MIB and end - start >= MIB) as proxy:
        for name, value in proxy.bucket.environment.items():
            monkeypatch.setenv(name, value)
        yield proxy


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a store that is down be given up within a second, and not after a minute."""
    monkeypatch.setitem(RETRIES, "retry_timeout", timedelta(seconds=1))


def packaged(source: str, folder: Path, **asked: Any) -> None:
    package(
        source,
        LocalStore(folder, mkdir=True),
        asset_id="a",
        playback_id="id",
        created_at="2026-01-02T03:04:05Z",
        **asked,
    )


def test_it_plays_before_all_of_it_is_there(
    late: Holding, undisturbed: Contents, tmp_path: Path
) -> None:
    waited: list[bool] = []

    def on_playing(entry: Entry) -> None:
        assert entry.provisional
        waited.append(late.held.wait(30) and not late.released.is_set())
        late.release()

    packaged("s3://audio/sources/x.wav", tmp_path, on_playing=on_playing)
    assert waited == [True]
    assert contents(tmp_path) == undisturbed


@pytest.mark.long_unless("412")
@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (412, SourceChanged, "was replaced while it was being fetched"),
        (403, SourceNotFound, "may not be read"),
        (500, StoreFailed, "could not be read"),
    ],
)
@pytest.mark.usefixtures("impatient")
def test_what_ends_the_transfer_is_said(
    late: Holding, tmp_path: Path, status: int, error: type[PackagingError], said: str
) -> None:
    def refuse(_entry: Entry) -> None:
        late.refusal = status

    with pytest.raises(error, match=said):
        packaged("s3://audio/sources/x.wav", tmp_path, on_playing=refuse)
    plays = (tmp_path / "entry" / "id.json").exists()
    assert plays == (error is StoreFailed)  # then the next run goes on


@pytest.mark.long
def test_a_store_that_is_down_for_a_while_is_waited_for(
    late: Holding, undisturbed: Contents, tmp_path: Path
) -> None:
    def recover() -> None:
        late.refusal = None
        late.release()

    def refuse(_entry: Entry) -> None:
        late.refusal = 503
        Timer(DOWN_S, recover).start()

    packaged("s3://audio/sources/x.wav", tmp_path, on_playing=refuse)
    assert contents(tmp_path) == undisturbed


@pytest.mark.long
@pytest.mark.usefixtures("impatient")
def test_a_run_whose_transfer_broke_off_is_taken_up(
    late: Holding, undisturbed: Contents, tmp_path: Path
) -> None:
    def refuse(_entry: Entry) -> None:
        late.refusal = 500

    with pytest.raises(StoreFailed):
        packaged("s3://audio/sources/x.wav", tmp_path, on_playing=refuse)
    late.refusal = None
    late.release()
    (begun,) = tmp_path.glob("media/a/*/128k/00000.m4s")
    written_ns = begun.stat().st_mtime_ns
    packaged("s3://audio/sources/x.wav", tmp_path)
    final = contents(tmp_path)
    assert {name: final[name] for name in undisturbed if name in final} == undisturbed
    assert begun.stat().st_mtime_ns == written_ns


@pytest.mark.long
def test_without_locks_it_is_fetched_whole(
    late: Holding, undisturbed: Contents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise OSError(errno.EINVAL, "no such command")

    monkeypatch.setattr("packager.source.arrival.fcntl.fcntl", refuse)
    late.release()
    packaged("s3://audio/sources/x.wav", tmp_path)
    assert contents(tmp_path) == undisturbed


@pytest.mark.long
@pytest.mark.long_if("weak")
@pytest.mark.parametrize("oddity", Oddity)
def test_servers_that_are_odd_about_parts(
    oddity: Oddity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = excerpt(tmp_path / "x.wav", samples=20 * 44_100)  # of several parts
    with odd_store(source.read_bytes(), oddity) as bucket:
        for name, value in bucket.environment.items():
            monkeypatch.setenv(name, value)
        if oddity in {Oddity.NO_PARTS, Oddity.WEAK_TAG}:
            packaged("s3://audio/x.wav", tmp_path / "one")
            packaged(str(source), tmp_path / "other")
            assert contents(tmp_path / "one") == contents(tmp_path / "other")
        else:
            with pytest.raises(StoreFailed, match="did not send it whole"):
                packaged("s3://audio/x.wav", tmp_path / "one")


class Unwanted(Exception):
    """What a test ends a transfer with."""


def test_who_does_not_want_it_any_more_does_not_wait(late: Holding, tmp_path: Path) -> None:
    unwanted = Event()

    def check_wanted() -> None:
        if unwanted.is_set():
            raise Unwanted

    with pytest.raises(Unwanted):
        packaged(
            "s3://audio/sources/x.wav",
            tmp_path,
            check_wanted=check_wanted,
            on_playing=lambda _: unwanted.set(),
        )
    assert not late.released.is_set()


def filled(
    path: Path, data: bytes, *, pause: Event, step_bytes: int
) -> tuple[Thread, ArrivingFile]:
    """Begin to write a file, its end first and the rest piece by piece, with a pause after each."""
    file = ArrivingFile(path, len(data))

    def fill() -> None:
        with file:
            last = len(data) - step_bytes
            file.write(last, data[last:])
            for start in range(0, last, step_bytes):
                pause.wait(0.01)
                file.write(start, data[start : min(start + step_bytes, last)])

    thread = Thread(target=fill)
    thread.start()
    return thread, file


@pytest.mark.long_unless("wav", "mp3", "flac")
@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_is_read_as_if_it_had_been_there(ending: str, tmp_path: Path) -> None:
    path = excerpt(tmp_path / f"x.{ending}", *FORMATS[ending])
    arriving = tmp_path / f"y.{ending}"
    data = path.read_bytes()
    thread, _ = filled(arriving, data, pause=Event(), step_bytes=len(data) // 20)
    made = [digest(Reading(each, Limits())) for each in (arriving, path)]
    thread.join()
    assert made[0] == made[1]


def digest(reading: Reading) -> tuple[object, ...]:
    found = sha256()
    for chunk in reading.chunks():
        found.update(b"".join(chunk.units))
    return reading.plan, found.hexdigest(), reading.finding()


@pytest.mark.parametrize("known", ["to arrive", "to be there"])
def test_a_child_that_waits_for_its_source_is_not_stalled(
    music: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: str
) -> None:
    path, data = tmp_path / "x.wav", music.read_bytes()
    half, slow = len(data) // 2, Slow()
    monkeypatch.setattr(conversation, "time", slow)
    with ArrivingFile(path, len(data)) as file, Reader() as child:
        file.write(0, data[:half])

        def rest() -> None:
            assert slow.waited.wait(60)
            file.write(half, data[half:])

        thread = Thread(target=rest)
        thread.start()
        is_waited_for = known == "to arrive"
        answers = chain([True], map(slow.looked, repeat(is_waited_for)))
        with nullcontext() if is_waited_for else pytest.raises(SourceStalled):
            reading = child.read(path, Limits(), is_arriving=answers.__next__)
            assert sum(len(chunk.units) for chunk in reading.chunks()) > 0
        slow.waited.set()
        thread.join()


class Slow:
    """The time module where, between each two looks at what has arrived, hours pass."""

    clock_gettime = staticmethod(time.clock_gettime)

    def __init__(self) -> None:
        self.waited = Event()
        self._ahead_s = 0.0

    def looked(self, answer: bool) -> bool:  # noqa: FBT001 it is what is answered
        """Answer whoever looks; two hours later, all has arrived."""
        if self._ahead_s < 2 * 3_600:
            self._ahead_s += 3_600
        else:
            self.waited.set()
        return answer

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead_s
