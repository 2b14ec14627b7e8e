from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.chapters import Chapter, are_in_order
from packager.errors import CorruptSource, UnsupportedSource
from packager.source.chapters import (
    MAX_CHAPTERS,
    MAX_TITLE_LENGTH,
    SourceChapter,
    placed,
    read_chapters,
)
from packager.source.container import open_source
from tests.sources.chapters import (
    Mark,
    chap,
    ctoc,
    with_chapters,
    with_comments,
    with_cue_sheet,
    with_id3,
)
from tests.sources.id3 import frame

MARKS = (Mark(0, 3_000, "Königin"), Mark(3_000, 7_005, "Zwei"), Mark(7_005, 10_000, "三"))
RATE_HZ = 44_100


def chapters_of(path: Path) -> list[tuple[str, float, float]]:
    """Return titles, starts and ends in seconds, as they lie on the 10 s of sound."""
    return [
        (
            chapter.title,
            round(chapter.start_ticks / RATE_HZ, 3),
            round((chapter.start_ticks + chapter.duration_ticks) / RATE_HZ, 3),
        )
        for chapter in placed_from(path)
    ]


def placed_from(path: Path) -> tuple[Chapter, ...]:
    with open_source(path) as source:
        return placed(read_chapters(source.container, path).chapters, 10 * RATE_HZ, RATE_HZ)


def notes_of(path: Path) -> tuple[str, ...]:
    with open_source(path) as source:
        return read_chapters(source.container, path).notes


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("t.m4a", ()),
        ("t.mov", ()),
        ("t.mp3", ()),
        ("t.opus", ()),
        ("t.ogg", ("-c:a", "libopus")),
        ("t.mka", ("-c:a", "flac")),
        ("t.webm", ("-c:a", "libopus")),
        ("t.aiff", ("-write_id3v2", "1")),
    ],
)
def test_every_container_gives_the_same_chapters(
    tmp_path: Path, name: str, codec: tuple[str, ...]
) -> None:
    assert chapters_of(with_chapters(tmp_path / name, MARKS, *codec)) == [
        ("Königin", 0, 3),
        ("Zwei", 3, 7.005),
        ("三", 7.005, 10),
    ]


@pytest.mark.parametrize("gone", [b"chap", b"chpl"])
def test_an_mp4_needs_one_kind_of_chapters(tmp_path: Path, gone: bytes) -> None:
    path = with_chapters(tmp_path / "t.m4b", MARKS, "-f", "ipod")
    data = path.read_bytes()
    assert data.count(gone) == 1
    path.write_bytes(data.replace(gone, b"free"))
    assert [title for title, _, _ in chapters_of(path)] == ["Königin", "Zwei", "三"]


@pytest.mark.parametrize(
    ("name", "codec"),
    [("t.flac", ()), ("t.ogg", ("-c:a", "vorbis", "-strict", "-2", "-ac", "2")), ("t.opus", ())],
)
def test_vorbis_comments_in_any_spelling(tmp_path: Path, name: str, codec: tuple[str, ...]) -> None:
    comments = [
        ("CHAPTER000", "00:00:00.000"),
        ("CHAPTER000NAME", "Intro"),
        ("CHAPTER000URL", "https://example.org"),
        ("chapter001", "00:00:02"),
        ("chapter001name", "No milliseconds"),
        ("CHAPTER002NAME", "Name first"),
        ("CHAPTER002", "00:00:06.500"),
        ("CHAPTER003", "soon"),
    ]
    assert chapters_of(with_comments(tmp_path / name, comments, *codec)) == [
        ("Intro", 0, 2),
        ("No milliseconds", 2, 6.5),
        ("Name first", 6.5, 10),
    ]


def test_a_flac_cue_sheet_has_chapters_without_titles(tmp_path: Path) -> None:
    path = with_cue_sheet(tmp_path / "t.flac", [0, 44_100, 220_500])
    assert chapters_of(path) == [("", 0, 1), ("", 1, 5), ("", 5, 10)]


def test_without_chapters_there_are_none(tmp_path: Path) -> None:
    for name in ("t.mp3", "t.flac", "t.wav", "t.m4a"):
        assert chapters_of(with_chapters(tmp_path / name, ())) == []


def test_an_id3_table_of_contents_says_which_are_meant_to_be_seen(tmp_path: Path) -> None:
    frames = (
        ctoc("toc", "a", "b", "missing"),
        chap("a", 0, 4_000, "Eins"),
        chap("picture", 2_000, 3_000, "Only a picture"),
        chap("b", 4_000, 9_000, "Zwei"),
    )
    listed = [("Eins", 0, 4), ("Zwei", 4, 9)]
    assert chapters_of(with_id3(tmp_path / "t.mp3", *frames)) == listed


@pytest.mark.parametrize(
    "table", [b"", ctoc("toc"), ctoc("toc", "x"), ctoc("toc", "a", *["x"] * 254), b"CTOC"]
)
def test_a_table_of_contents_that_is_no_use_hides_nothing(tmp_path: Path, table: bytes) -> None:
    frames = (chap("a", 0, 4_000, "Eins"), chap("b", 4_000, 9_000, "Zwei"), table)
    found = chapters_of(with_id3(tmp_path / "t.mp3", *frames))
    assert [title for title, _, _ in found] == ["Eins", "Zwei"]


def test_the_id_of_a_frame_is_no_title(tmp_path: Path) -> None:
    frames = (chap("ch0", 0, 4_000), chap("ch1", 4_000, 2**32 - 1, "Zwei"))
    assert chapters_of(with_id3(tmp_path / "t.mp3", *frames)) == [("", 0, 4), ("Zwei", 4, 10)]


def test_id3_of_version_4_and_with_an_extended_header(tmp_path: Path) -> None:
    frames = (ctoc("toc", "a"), chap("a", 0, 4_000, "Eins"), chap("b", 4_000, 9_000, "Zwei"))
    new = with_id3(tmp_path / "new.mp3", *frames, version=4)
    assert chapters_of(new) == [("Eins", 0, 4)]
    extended = b"\0\0\0\x06\0\0\0\0\0\0"
    old = with_id3(tmp_path / "old.mp3", extended, *frames, flags=0x40)
    assert chapters_of(old) == [("Eins", 0, 4)]


def test_id3_with_bytes_that_were_put_in_against_false_synchronisation(tmp_path: Path) -> None:
    cover = frame("APIC", (b"\0image/jpeg\0\x03\0" + b"\xff\xe0" * 100).replace(b"\xff", b"\xff\0"))
    times = bytes(4) + (4_000).to_bytes(4, "big") + b"\xff\0" * 8
    frames = (cover, ctoc("toc", "a"), frame("CHAP", b"a\0" + times), frame("CHAP", b"b\0" + times))
    assert chapters_of(with_id3(tmp_path / "t.mp3", *frames, flags=0x80)) == [("", 0, 4)]


@pytest.mark.parametrize("length", range(0, 200, 7))
def test_a_tag_that_was_cut_off_is_no_fault(tmp_path: Path, length: int) -> None:
    frames = ctoc("toc", "a", "b") + chap("a", 0, 4_000, "Eins") + chap("b", 4_000, 9_000, "Zwei")
    found = chapters_of(with_id3(tmp_path / "t.mp3", frames[:length]))
    assert [title for title, _, _ in found] == ["Eins", "Zwei"][: len(found)]


def test_titles_are_cleaned_and_read_in_the_encoding_that_they_are_in(tmp_path: Path) -> None:
    marks = [Mark(0, 5_000, "Группа крови"), Mark(5_000, 9_000, "x\x07y\u202e" + "z" * 1_000)]
    path = with_chapters(tmp_path / "t.mka", marks, "-c:a", "flac")
    data = path.read_bytes()
    utf8, legacy = "Группа крови".encode(), "Группа крови".encode("cp1251")
    path.write_bytes(data.replace(utf8, legacy.ljust(len(utf8), b"\0")))
    (first, _, _), (second, _, _) = chapters_of(path)
    assert first == "Группа крови"
    assert second == "xy" + "z" * (MAX_TITLE_LENGTH - 2)


def test_there_is_an_end_to_chapters(tmp_path: Path) -> None:
    marks = [Mark(number, number + 1, f"c{number}") for number in range(MAX_CHAPTERS + 5)]
    path = with_chapters(tmp_path / "t.mka", marks, "-c:a", "flac")
    assert len(chapters_of(path)) == MAX_CHAPTERS
    assert [f"more than {MAX_CHAPTERS} chapters" in note for note in notes_of(path)] == [True]


def test_as_many_chapters_as_are_taken_are_not_worth_a_note(tmp_path: Path) -> None:
    marks = [Mark(number, number + 1, f"c{number}") for number in range(MAX_CHAPTERS)]
    assert notes_of(with_chapters(tmp_path / "t.mka", marks, "-c:a", "flac")) == ()


@pytest.mark.parametrize(
    ("told", "spans"),
    [
        ([], []),
        ([(0, 4), (4, None)], [(0, 4), (4, 10)]),
        ([(4, None), (0, None)], [(0, 4), (4, 10)]),  # out of order
        ([(0, 6), (4, 8)], [(0, 4), (4, 8)]),  # they overlap
        ([(0, 10), (0, 4), (4, 10)], [(0, 4), (4, 10)]),  # a part, and its chapters
        ([(-3, 2), (8, 4_000_000)], [(0, 2), (8, 10)]),
        ([(5, 5), (6, 3)], [(5, 6), (6, 10)]),  # an end that is none
        ([(10, 12), (99, None)], []),
        ([(2, 3), (2, 3)], [(2, 3)]),
        ([(1, 2), (5, 6)], [(1, 2), (5, 6)]),  # with a gap
    ],
)
def test_times_are_put_in_order(
    told: list[tuple[int, int | None]], spans: list[tuple[int, int]]
) -> None:
    chapters = [
        SourceChapter("", Fraction(start), None if end is None else Fraction(end))
        for start, end in told
    ]
    assert placed(chapters, 10, 1) == tuple(Chapter("", start, end - start) for start, end in spans)


SECONDS = st.fractions(min_value=-(10**12), max_value=10**12)


@given(
    st.lists(st.builds(SourceChapter, st.just("x"), SECONDS, st.none() | SECONDS), max_size=30),
    st.integers(0, 10**7),
    st.sampled_from([44_100, 48_000]),
)
def test_whatever_a_file_says_chapters_follow_each_other(
    told: list[SourceChapter], samples: int, rate_hz: int
) -> None:
    found = placed(told, samples, rate_hz)
    assert are_in_order(found, samples)


@pytest.mark.parametrize("name", ["t.mp3", "t.m4a", "t.mka", "t.opus", "t.flac"])
def test_damaged_chapters_are_fewer_or_stranger_and_no_fault(tmp_path: Path, name: str) -> None:
    if name == "t.flac":
        path = with_cue_sheet(tmp_path / name, [0, 44_100, 220_500])
    else:
        path = with_chapters(tmp_path / name, MARKS)
    data, random = path.read_bytes(), Random(7)  # noqa: S311 - damage, not a secret
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(random.randint(1, 12)):
            damaged[random.choice(_places(data, random))] = random.randrange(256)
        path.write_bytes(damaged)
        with suppress(UnsupportedSource, CorruptSource):
            assert are_in_order(placed_from(path), 10 * RATE_HZ)


def _places(data: bytes, random: Random) -> range:
    """Return bytes around a mark of chapters, or anywhere in the file's first and last 2 KB."""
    marks = [data.find(mark) for mark in (b"CHAP", b"chpl", b"chap", b"\x10\x43\xa7\x70")]
    found = [place for place in marks if place >= 0]
    if found and random.random() < 0.8:
        place = random.choice(found)
        return range(max(place - 16, 0), min(place + 200, len(data)))
    return random.choice(
        [range(min(2_048, len(data))), range(max(len(data) - 2_048, 0), len(data))]
    )
