# ruff: noqa: RUF001 - letters of many scripts are the point here
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packager.source.text import clean, repair

Reader = Callable[[bytes], str]


def as_latin_1_frame(raw: bytes) -> str:
    """How libavformat hands over an ID3 frame that is marked as Latin-1."""
    return raw.decode("latin-1")


def as_read(raw: bytes) -> str:
    """How PyAV hands over bytes that libavformat passes through."""
    return raw.decode("utf-8", "surrogateescape")


READERS = pytest.mark.parametrize("reader", [as_latin_1_frame, as_read])

AUTHENTIC = [
    "Plain title",
    "Motörhead",
    "Café à la crème",
    "ÆØÅ",
    "Ö",
    "Sigur Rós – Ágætis byrjun",
    "Кино — Группа крови",
    "宇多田ヒカル",
    "小さな恋のうた",
    "北京欢迎你",
    "방탄소년단",
    "שלום",
    "Ελλάδα",
    "🎹",
    "don’t “stop”",
]


@pytest.mark.parametrize("text", AUTHENTIC)
@READERS
def test_utf_8_is_always_found(reader: Reader, text: str) -> None:
    assert repair({"title": reader(text.encode())}) == {"title": text}


@pytest.mark.parametrize("text", AUTHENTIC)
def test_text_read_rightly_stays_as_it_is(text: str) -> None:
    assert repair({"title": text}) == {"title": text}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("BeyoncÃ©", "Beyoncé"),
        ("donâ€™t â€œstopâ€\x9d", "don’t “stop”"),
        ("ÐšÐ¸Ð½Ð¾", "Кино"),
    ],
)
def test_utf_8_written_twice_is_read_once_more(written: str, text: str) -> None:
    assert repair({"title": written}) == {"title": text}


@READERS
@pytest.mark.parametrize(
    ("encoding", "title", "artist"),
    [
        ("cp1251", "Группа крови", "Кино"),
        ("cp1251", "Ой, у лузі червона калина", "Бумбокс (Live)"),
        ("cp932", "小さな恋のうた", "MONGOL800"),
        ("cp932", "ハナミズキ", "一青窈"),
        ("gb18030", "月亮代表我的心", "邓丽君"),
        ("cp1252", "Für Elise", "Königliche Philharmoniker"),
        ("cp1252", "Naïve – “Café”", "Señor Coconut"),
        ("cp1252", "Ágætis byrjun", "Sigur Rós"),
    ],
)
def test_what_authors_computers_wrote(
    reader: Reader, encoding: str, title: str, artist: str
) -> None:
    raw = {"title": title.encode(encoding), "artist": artist.encode(encoding)}
    texts = {name: reader(value) for name, value in raw.items()}
    assert repair(texts) == {"title": title, "artist": artist}


@pytest.mark.parametrize(
    "raw",
    [
        "ÆØÅ".encode("cp1252"),
        "ÀÉÎÕÜ ÄÖ".encode("cp1252"),
        "DÉJÀ VU à Çà".encode("cp1252"),
        "שלום".encode("cp1255"),
        "방탄".encode("cp949"),
        "ДДТ".encode("cp1251"),
    ],
)
def test_what_is_in_doubt_is_windows_1252(raw: bytes) -> None:
    assert repair({"title": as_read(raw)}) == {"title": raw.decode("cp1252")}


def test_a_file_is_judged_as_a_whole() -> None:
    # By itself, the artist could be anything; the title tells.
    texts = {"artist": "ДДТ".encode("cp1251"), "title": "Осень".encode("cp1251")}
    assert repair({name: as_read(raw) for name, raw in texts.items()}) == {
        "artist": "ДДТ",
        "title": "Осень",
    }


def test_a_field_that_was_cut_within_a_character_loses_only_that() -> None:
    cut = "Ужасно длинное название".encode()[:29]
    assert repair({"title": as_read(cut)}) == {"title": "Ужасно длинное "}


def test_bytes_that_are_nothing_are_dropped() -> None:
    assert repair({"title": as_read(b"ab\x81\xff\x8d")}) == {"title": "abÿ"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  two\r\n\tlines \x00 ", "two lines"),
        ("bell\x07, escape\x1b[31m", "bell, escape[31m"),
        ("\u202eesrever\u202c", "esrever"),
        ("e\u0301", "é"),
        ("e\u202e\u0301", "é"),
        ("lone \udc80 surrogate", "lone surrogate"),
        ("family 👨\u200d👩\u200d👧", "family 👨\u200d👩\u200d👧"),
        ("x" * 30, "x" * 20),
        ("nineteen characters and more", "nineteen characters"),
        ("\n\x00", ""),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text, 20) == expected


@given(st.text(), st.integers(1, 50))
def test_clean_text_is_one_short_line_without_surprises(text: str, max_length: int) -> None:
    cleaned = clean(text, max_length)
    assert len(cleaned) <= max_length
    assert cleaned == unicodedata.normalize("NFC", cleaned) == cleaned.strip()
    assert cleaned.encode().decode() == cleaned
    assert cleaned == clean(cleaned, max_length)


@given(st.dictionaries(st.sampled_from(["title", "artist"]), st.binary(max_size=60)))
def test_any_bytes_are_read_somehow(raws: dict[str, bytes]) -> None:
    for reader in (as_read, as_latin_1_frame):
        repaired = repair({name: reader(raw) for name, raw in raws.items()})
        assert all(clean(text, 100).encode() is not None for text in repaired.values())


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "raw",
    [
        b"a" * 100_000 + b"\xb0\xa1\xb0\xa1",
        b"\xb0\xa1" * 50_000,
        b"\xc3" * 100_000,
        b"\xe0\xc0 " * 30_000,
        b"\x82\xa0" * 50_000 + b"\xff",
        b" " * 100_000 + b"\xe9",
    ],
)
def test_long_text_takes_linear_time(raw: bytes) -> None:
    assert clean(repair({"comment": as_read(raw)})["comment"], 100) is not None
