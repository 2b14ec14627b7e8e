"""What a file is, by how it begins."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.companion.uploads.signatures import Kind, NotSound, check_sound

REST = bytes(48)


@pytest.mark.parametrize(
    "first",
    [
        b"RIFF\x24\x08\0\0WAVEfmt ", b"RF64\xff\xff\xff\xffWAVEds64", b"BW64\xff\xff\xff\xffWAVE",
        b"fLaC\0\0\0\x22", b"OggS\0\x02", b"FORM\0\0\x10\0AIFFCOMM", b"FORM\0\0\x10\0AIFCFVER",
        b"ID3\x04\0\0", b"\xff\xfb\x90\x64", b"\xff\xf1\x50\x80", b"\xff\xe3\x18\xc4",
        b"\0\0\0\x20ftypM4A ", b"\0\0\0\x1cftypisom", b"\0\0\0\x08wide\0\0\0\0mdat",
        b"caff\0\x01\0\0desc", b".snd\0\0\0\x18", b"wvpk\0\0\0\0", b"TTA1\x01\0", b"\x0b\x77\0\0",
        b"\x1a\x45\xdf\xa3\x9f\x42\x86",
    ],
)  # fmt: skip
def test_sound(first: bytes) -> None:
    assert check_sound(first + REST) is Kind.SOUND


@pytest.mark.parametrize(
    ("first", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "picture"), (b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
        (b"GIF89a\x01\0", "picture"), (b"RIFF\x24\0\0\0WEBPVP8 ", "picture"),
        (b"\0\0\0\x20ftypavif", "picture"), (b"%PDF-1.7\n", "document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document"), (b"PK\x03\x04\x14\0", "archive"),
        (b"\x1f\x8b\x08\0", "archive"), (b"7z\xbc\xaf\x27\x1c", "archive"),
        (b"\x7fELF\x02\x01", "program"), (b"#!/bin/sh\n", "program"),
        (b"<!DOCTYPE html><html>", "web page"), (b"\xef\xbb\xbf <html>", "web page"),
        (b"<svg xmlns=", "web page"), (b"MThd\0\0\0\x06", "MIDI"), (b"#EXTM3U\n", "playlist"),
        (b"ffconcat version 1.0\n", "playlist"), (b"RIFF\x24\0\0\0AVI LIST", "AVI"),
    ],
)  # fmt: skip
def test_something_else(first: bytes, what: str) -> None:
    with pytest.raises(NotSound, match=f"{what}.*Upload WAV"):
        check_sound(first + REST)


@pytest.mark.parametrize("first", [b"", b"\0", bytes(64), b"some text that says nothing"])
def test_what_cannot_be_told(first: bytes) -> None:
    assert check_sound(first) is Kind.UNKNOWN


@given(st.binary(max_size=80))
def test_anything_has_an_answer(first: bytes) -> None:
    with contextlib.suppress(NotSound):
        assert check_sound(first) in Kind
