"""Text of unknown encoding, made readable or left alone.

Tags are read as UTF-8, and bytes that are none come as lone surrogates (``surrogateescape``), so
nothing is lost on the way here. ID3 frames marked as Latin-1 come as the characters U+0000 to
U+00FF, whatever their bytes really were. Both are taken back to bytes and decided anew:

1. Bytes that are UTF-8 are UTF-8. Other text is hardly ever valid UTF-8 by chance.
2. Otherwise the file was written by a program that used the encoding of its author's computer. All
   texts of a file are judged together, and a legacy encoding is believed only where everything
   then looks like its language. The tests for the languages exclude one another.
3. Otherwise it is Windows-1252, which Latin-1 means in practice (WHATWG Encoding Standard §4.2).
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
_LOWER: Final = "[а-яёіїєґў]"  # noqa: RUF001 - Cyrillic is meant
_UPPER: Final = "[А-ЯЁІЇЄҐЎ]"  # noqa: RUF001 - Cyrillic is meant
_CYRILLIC_NAME: Final = re.compile(f"{_UPPER}{_LOWER}{{2,}}")
_CYRILLIC_OR_ASCII_WORD: Final = re.compile(f"{_UPPER}?{_LOWER}+|{_UPPER}+|[A-Za-z]+")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_JAPANESE: Final = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]+")
_KANA: Final = re.compile(r"[\u3041-\u30fa]")
# GB 2312 sorts its common characters by sound into rows B0 to D7; row A1 is punctuation.
_COMMON_CHINESE: Final = re.compile(rb"(?:[\x00-\x7f]|(?:\xa1|[\xb0-\xd7])[\xa1-\xfe])+")
_CHINESE_WORD: Final = re.compile(rb"(?:[\xb0-\xd7][\xa1-\xfe]){2,}")
# EUC-KR has its syllables in rows B0 to C8: rows after that tell Chinese from Korean.
_CHINESE_NOT_KOREAN: Final = re.compile(
    rb"(?:[\x00-\x7f]|[\x80-\xff].)*?[\xc9-\xd7][\xa1-\xfe]", re.DOTALL
)
_BIDI_CONTROLS: Final = frozenset(
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_UNWANTED_CATEGORIES: Final = frozenset({"Cc", "Cn", "Co", "Cs"})
# Where Windows-1252 has characters and Latin-1 has controls.
_WINDOWS_1252: Final = {
    ord(character): byte
    for byte in range(0x80, 0xA0)
    if (character := bytes([byte]).decode("cp1252", "ignore"))
}
_LONGEST_DECOMPOSITION: Final = 4


def repair(texts: Mapping[str, str]) -> dict[str, str]:
    """Return one file's texts as their author wrote them; those in doubt stay as they are."""
    raws = {name: _misread_bytes(text) for name, text in texts.items()}
    legacy = _legacy_encoding(raw for raw in raws.values() if raw and _utf8(raw) is None)
    return {
        name: text if (raw := raws[name]) is None else _utf8(raw) or raw.decode(legacy, "ignore")
        for name, text in texts.items()
    }


def clean(text: str, max_length: int) -> str:
    """Return ``text`` on one line, composed (NFC), without controls, cut to ``max_length``."""
    kept = "".join(
        " " if character.isspace() else character
        for character in text[: _LONGEST_DECOMPOSITION * max_length]
        if _shows(character)
    )
    return unicodedata.normalize("NFC", " ".join(kept.split()))[:max_length].rstrip()


def _shows(character: str) -> bool:
    """Whether a character may stay: no controls, and none that turn the text around it."""
    return character.isspace() or (
        unicodedata.category(character) not in _UNWANTED_CATEGORIES
        and character not in _BIDI_CONTROLS
    )


def _misread_bytes(text: str) -> bytes | None:
    """Return the bytes that ``text`` may have been misread from, or None if it was not."""
    if text.isascii():
        return None
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        pass
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")
    return _written_twice(text)


def _written_twice(text: str) -> bytes | None:
    """Return the UTF-8 that a program took for Windows-1252 and wrote as UTF-8 once more."""
    try:
        raw = text.translate(_WINDOWS_1252).encode("latin-1")
        raw.decode()
    except UnicodeError:
        return None
    return raw


def _utf8(raw: bytes) -> str | None:
    """Decode UTF-8, also where a field of fixed length (ID3v1) cut its last character in two."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(raw)
    except UnicodeDecodeError:
        return None
    return None if text.isascii() else text


def _legacy_encoding(raws: Iterable[bytes]) -> str:
    pooled = b"\n".join(raws)
    return next((name for name, looks_right in _LEGACY.items() if looks_right(pooled)), "cp1252")


def _looks_cyrillic(raw: bytes) -> bool:
    """Whether all words are in one script and one case, and one is a name with its capital."""
    words = _WORD.findall(raw.decode("cp1251", "ignore"))
    return any(map(_CYRILLIC_NAME.fullmatch, words)) and all(
        map(_CYRILLIC_OR_ASCII_WORD.fullmatch, words)
    )


def _looks_japanese(raw: bytes) -> bool:
    """Whether all that is not ASCII is Japanese, some of it kana."""
    try:
        text = raw.decode("cp932")
    except UnicodeDecodeError:
        return False
    return _KANA.search(text) is not None and all(
        map(_JAPANESE.fullmatch, _NOT_ASCII.findall(text))
    )


def _looks_chinese(raw: bytes) -> bool:
    """Whether all that is not ASCII are common simplified characters, in words of two or more."""
    return (
        _COMMON_CHINESE.fullmatch(raw) is not None
        and _CHINESE_WORD.search(raw) is not None
        and _CHINESE_NOT_KOREAN.match(raw) is not None
    )


_LEGACY: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "cp1251": _looks_cyrillic,
    "cp932": _looks_japanese,
    "gb18030": _looks_chinese,
}
