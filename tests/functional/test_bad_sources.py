"""What cannot be packaged is refused in words, in time, and without a trace in the store."""

import os
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import av
import numpy as np
import pytest
from obstore.store import LocalStore

from packager.errors import (
    CorruptSource,
    PackagingError,
    SourceNotFound,
    SourceTooLarge,
    UnsupportedSource,
)
from packager.limits import Limits
from packager.package import package
from tests.servers.soundbridge import soundbridge
from tests.sources import bad
from tests.sources.package import package_into
from tests.sources.sine import write_sine

Maker = Callable[[Path], Path]

pytestmark = pytest.mark.timeout(30)

_JARGON = re.compile(
    r"ffmpeg|libav|avcodec|pyav|errno|invalid data|demux|decod|codec|traceback|exception"
    r"|0x|None|nan\b|moov|\bfile descriptor|\[|\{|<",
    re.IGNORECASE,
)

NOT_SOUND: Mapping[str, Maker] = {
    "zero length": lambda at: bad.empty(at / "t.wav"),
    "zero length mp3": lambda at: bad.empty(at / "t.mp3"),
    "tags alone": lambda at: bad.tags_alone(at / "t.mp3"),
    "text": lambda at: bad.words(at / "t.mp3", *["These are the words of a song."] * 200),
    "web page": lambda at: bad.words(at / "t.wav", "<!DOCTYPE html><html>404</html>" * 100),
    "subtitles": lambda at: bad.words(at / "t.mp3", "1", "00:00:00,000 --> 00:00:01,000", "La la"),
    "zip": lambda at: bad.zip_archive(at / "t.wav"),
    "noise": lambda at: bad.noise(at / "t.mp3"),
    "noise as wav": lambda at: bad.noise(at / "t.wav"),
    "zeros": lambda at: bad.zeros(at / "t.mp3"),
    "video without sound": lambda at: bad.silent_video(at / "t.mp4"),
    "mp4 without samples": lambda at: write_sine(at / "t.m4a", "-t", "0"),
    "wav that ends in its header": lambda at: bad.cut(at / "t.wav", share=0.0001),
    "flac that ends in its header": lambda at: bad.cut(at / "t.flac", share=0.0001),
    "mp4 that ends before its header": lambda at: bad.cut(at / "t.m4a"),
}

ABSURD: Mapping[str, Maker] = {
    "1 Hz": lambda at: bad.wav(at / "t.wav", rate_hz=1),
    "0 Hz": lambda at: bad.wav(at / "t.wav", rate_hz=0),
    "4 GHz": lambda at: bad.wav(at / "t.wav", rate_hz=0xFFFFFFFF),
    "255 channels": lambda at: bad.wav(at / "t.wav", channels=255),
    "65535 channels": lambda at: bad.wav(at / "t.wav", channels=65_535),
    "0 channels": lambda at: bad.wav(at / "t.wav", channels=0),
    "0 bits": lambda at: bad.wav(at / "t.wav", bits=0),
    "255 bits": lambda at: bad.wav(at / "t.wav", bits=255),
    "no such coding": lambda at: bad.wav(at / "t.wav", form=0x4242),
}

NAMES_OTHERS: Mapping[str, Maker] = {
    "playlist": lambda at: bad.with_sibling(
        at / "t.mp3", "#EXTM3U", "#EXT-X-TARGETDURATION:1", "#EXTINF:1,", bad.SIBLING,
        "#EXT-X-ENDLIST",
    ),
    "plain playlist": lambda at: bad.with_sibling(at / "t.m3u8", bad.SIBLING),
    "concat script": lambda at: bad.with_sibling(
        at / "t.mp3", "ffconcat version 1.0", f"file '{bad.SIBLING}'"
    ),
    "concat script of an absolute path": lambda at: bad.with_sibling(
        at / "t.mp3", "ffconcat version 1.0", f"file '{at / bad.SIBLING}'"
    ),
    "session description": lambda at: bad.words(
        at / "t.mp3", "v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
        "m=audio 5004 RTP/AVP 0",
    ),
    "dash manifest": lambda at: bad.with_sibling(
        at / "t.mp3",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>',
        f"<AdaptationSet><Representation><BaseURL>{bad.SIBLING}</BaseURL></Representation>",
        "</AdaptationSet></Period></MPD>",
    ),
    "name that is a pattern": lambda at: bad.with_sibling(at / "t%03d.mp3", "no picture"),
}  # fmt: skip

DAMAGED: Mapping[str, Maker] = {
    "wav without samples": lambda at: bad.wav(at / "t.wav", b""),
    "float wav without samples": lambda at: bad.wav(at / "t.wav", b"", form=3, bits=32),
    "flac without frames": lambda at: bad.without_frames(at / "t.flac"),
    "aiff without samples": lambda at: write_sine(at / "t.aiff", "-t", "0"),
    "cut wav": lambda at: bad.cut(at / "t.wav"),
    "wav cut by one sample": lambda at: bad.cut(at / "t.wav", share=0.99999),
    "cut flac": lambda at: bad.cut(at / "t.flac"),
    "cut mp3 of constant bit rate": lambda at: bad.cut(at / "t.mp3", "-b:a", "128k"),
    "cut mp3 of variable bit rate": lambda at: bad.cut(at / "t.mp3", "-q:a", "4"),
    "cut m4a": lambda at: bad.cut(at / "t.m4a", "-movflags", "+faststart"),
    "cut alac": lambda at: bad.cut(at / "t.m4a", "-c:a", "alac", "-movflags", "+faststart"),
    "cut opus": lambda at: bad.cut(at / "t.opus"),
    "cut vorbis": lambda at: bad.cut(at / "t.ogg", "-c:a", "vorbis", "-strict", "-2", "-ac", "2"),
    "cut aiff": lambda at: bad.cut(at / "t.aiff"),
    "cut wavpack": lambda at: bad.cut(at / "t.wv"),
    "nan": lambda at: bad.float_wav(at / "t.wav", value=np.nan),
    "infinity": lambda at: bad.float_wav(at / "t.wav", value=np.inf),
    "minus infinity": lambda at: bad.float_wav(at / "t.wav", value=-np.inf),
    "huge": lambda at: bad.float_wav(at / "t.wav", value=3e38),
    "nan of 64 bits": lambda at: bad.float_wav(at / "t.wav", value=np.nan, kind=np.float64),
    "too large for 32 bits": lambda at: bad.float_wav(at / "t.wav", value=1e300, kind=np.float64),
    "4 GB in 172 KB": lambda at: bad.wav(at / "t.wav", declared_bytes=0xFFFFFFF0),
    "flac of twice its length": lambda at: bad.flac_claiming(at / "t.flac", samples=88_200),
    "mp4 whose samples are nowhere": lambda at: bad.patched(
        at / "t.m4a", b"stco", 8, b"\xff\xff\xff\xff"
    ),
    "mp4 whose samples are elsewhere": lambda at: bad.external_reference(at / "t.m4a"),
    "ogg that changes its rate": lambda at: bad.chained_ogg(at / "t.ogg"),
}


def listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with something of somebody else's in it."""
    folder = tmp_path / "store"
    (folder / "media" / "other").mkdir(parents=True)
    (folder / "media" / "other" / "index.json").write_text("{}")
    return folder


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    return folder


def refused(
    store: Path, source: Path | str, error: type[PackagingError], limits: Limits | None = None
) -> str:
    """Return the sentence with which ``source`` is refused, leaving no trace of it."""
    before = listing(store)
    with pytest.raises(PackagingError) as raised:
        package_into(store, source, limits=limits)
    assert type(raised.value) is error
    assert listing(store) == before
    sentence = str(raised.value)
    assert re.fullmatch(r"[^\n]{20,250}\.", sentence)
    assert not _JARGON.search(sentence)
    return sentence


@pytest.mark.parametrize("make", NOT_SOUND.values(), ids=NOT_SOUND)
def test_what_is_no_sound(store: Path, sources: Path, make: Maker) -> None:
    refused(store, make(sources), UnsupportedSource)


@pytest.mark.parametrize("make", ABSURD.values(), ids=ABSURD)
def test_absurd_headers(store: Path, sources: Path, make: Maker) -> None:
    refused(store, make(sources), UnsupportedSource)


@pytest.mark.parametrize("make", NAMES_OTHERS.values(), ids=NAMES_OTHERS)
def test_what_only_names_other_files_is_not_followed(
    store: Path, sources: Path, make: Maker
) -> None:
    refused(store, make(sources), UnsupportedSource)


@pytest.mark.parametrize("make", DAMAGED.values(), ids=DAMAGED)
def test_damaged_sound(store: Path, sources: Path, make: Maker) -> None:
    refused(store, make(sources), CorruptSource)


def test_sound_that_is_damaged_after_it_began_to_play_is_withdrawn(
    store: Path, sources: Path
) -> None:
    source = bad.float_wav(sources / "t.wav", value=np.nan, duration_s=40)
    with pytest.raises(CorruptSource) as raised:
        package_into(store, source)
    (note,) = raised.value.__notes__
    assert note.startswith("It played already. ")
    assert not (store / "entry").exists()
    assert len(list((store / "growing").rglob("withdrawn.json"))) == 1


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (NAMES_OTHERS["concat script"], {}),
        (bad.external_reference, {"enable_drefs": "1", "use_absolute_path": "1"}),
    ],
)
def test_a_trusting_program_would_have_read_the_other_file(
    sources: Path, make: Maker, options: dict[str, str]
) -> None:
    path = make(sources if make is not bad.external_reference else sources / "t.m4a")
    with av.open(path, options=options) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) > 40_000


@pytest.mark.parametrize(
    "lines",
    [
        ["#EXTM3U", "#EXT-X-TARGETDURATION:1", "#EXTINF:1,", "{url}", "#EXT-X-ENDLIST"],
        ["ffconcat version 1.0", "file '{url}'"],
        ["[playlist]", "File1={url}", "NumberOfEntries=1"],
    ],
)
def test_no_host_is_asked(store: Path, sources: Path, lines: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/sound.wav"
        source = bad.words(sources / "t.mp3", *(line.format(url=url) for line in lines))
        refused(store, source, UnsupportedSource)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_longer_than_the_limit(store: Path, sources: Path) -> None:
    refused(store, bad.wav(sources / "t.wav"), SourceTooLarge, Limits(duration_s=0))
    claims = bad.flac_claiming(sources / "t.flac", samples=2**36 - 1)
    assert "12 hours" in refused(store, claims, SourceTooLarge)


def test_longer_than_the_limit_without_saying_so(store: Path, sources: Path) -> None:
    # The header tells no length, so that only decoding shows it, segments later.
    whole = write_sine(sources / "t.flac", duration_s=20)
    data = bytearray(whole.read_bytes())
    data[18:26] = (int.from_bytes(data[18:26], "big") >> 36 << 36).to_bytes(8, "big")
    whole.write_bytes(data)
    refused(store, whole, SourceTooLarge, Limits(duration_s=15))


def test_larger_than_the_limit(store: Path, sources: Path) -> None:
    source = bad.wav(sources / "t.wav")
    refused(store, source, SourceTooLarge, Limits(size_bytes=source.stat().st_size - 1))


@pytest.mark.parametrize(
    "name", ["missing.wav", "loop.wav", "a\0b.wav", "two\nlines\x07.wav", "x" * 300 + ".wav"]
)
def test_nothing_there(store: Path, sources: Path, name: str) -> None:
    (sources / "loop.wav").symlink_to(sources / "loop.wav")
    sentence = refused(store, sources / name, SourceNotFound)
    assert sentence.startswith("There is no file ")
    assert sentence.isprintable()


def test_what_is_no_file(store: Path, sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sources)
    os.mkfifo("pipe.wav")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.wav")
        for source, said in {
            str(sources): "sources is a folder",
            sources.as_uri(): "sources is a folder",
            ".": "sources is a folder",
            "": "sources is a folder",
            "..": f"{sources.parent.name} is a folder",
            "/": "/ is a folder",
            "/dev/zero": "zero is a device",
            "pipe.wav": "pipe.wav is a pipe",
            "socket.wav": "socket.wav is a socket",
        }.items():
            sentence = refused(store, source, SourceNotFound)
            assert sentence == f"{said}. Name one sound file."


def test_names_are_paths_and_no_protocols(store: Path, sources: Path) -> None:
    sound = write_sine(sources / "a.wav")
    for protocol in ("concat:", "file:", "subfile,,start,0,end,9999,,:", "cache:", "async:"):
        refused(store, f"{protocol}{sound}", SourceNotFound)


@pytest.fixture
def unprivileged(tmp_path: Path) -> Iterator[None]:
    """Run the test as nobody where it would otherwise run as root, who may read everything."""
    if os.geteuid() != 0:
        yield
        return
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    os.seteuid(65_534)
    yield
    os.seteuid(0)


def test_what_may_not_be_read(store: Path, sources: Path, request: pytest.FixtureRequest) -> None:
    bad.wav(sources / "mine.wav").chmod(0)
    (sources / "locked").mkdir()
    bad.wav(sources / "locked" / "t.wav")
    (sources / "locked").chmod(0)
    before = listing(store)
    request.getfixturevalue("unprivileged")
    for name in ("mine.wav", "locked/t.wav"):
        with pytest.raises(SourceNotFound, match="may not be read"):
            package(  # by a child that starts as nobody
                sources / name,
                LocalStore(store),
                asset_id="asset",
                playback_id="playback",
                created_at="2026-01-02T03:04:05Z",
            )
    assert listing(store) == before


@pytest.mark.parametrize(
    ("make", "samples"),
    [
        (lambda at: bad.wav(at / "t.wav", bytes(441 * 4)), 441),
        (lambda at: bad.wav(at / "t.wav", bytes(4)), 1),
        (lambda at: bad.flac_claiming(at / "t.flac", samples=0), 44_100),
        (lambda at: bad.flac_claiming(at / "t.flac", samples=22_050), 44_100),
    ],
    ids=["10 ms", "one sample", "flac of unknown length", "flac of half its length"],
)
def test_what_looks_bad_and_is_not(store: Path, sources: Path, make: Maker, samples: int) -> None:
    assert package_into(store, make(sources)).index.samples == samples


@pytest.mark.parametrize("options", [(), ("--json",)])
@pytest.mark.parametrize(
    "make", [NOT_SOUND["text"], DAMAGED["cut wav"], lambda at: at / "missing.wav"]
)
def test_the_command_says_it_in_one_line(
    tmp_path: Path, sources: Path, make: Maker, options: tuple[str, ...]
) -> None:
    destination = tmp_path / "made" / "of" / "folders"
    done = soundbridge("package", make(sources), destination, *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"Error: [^\n]+\.\n", done.stderr)
    assert not (tmp_path / "made").exists()


def test_the_command_keeps_folders_that_it_did_not_make(
    tmp_path: Path, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    for destination in ("there", "there/and/not"):
        assert soundbridge("package", sources, destination).returncode == 1
        assert listing(tmp_path) == ["sources", "there"]
