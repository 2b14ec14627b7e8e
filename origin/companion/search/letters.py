"""What each character is folded to, by itself. Pure.

Compatibility forms are taken apart (NFKD), case is folded, marks are stripped: accents, Hebrew
points, Arabic vowels. Vowel signs of Indic and Thai scripts are letters in all but name and stay;
so do the marks that make one kana another. Letters that Unicode does not take apart, but that are
typed as plain ones where a keyboard does not have them, are in a table.
"""

import unicodedata
from functools import lru_cache
from typing import Final

DROPPED: Final = ""
SPACE: Final = " "
VOICING: Final = frozenset("\u3099\u309a")
"""The marks that make か が and は ぱ."""

_APOSTROPHES: Final = "'`\u2018\u2019\u02b9\u02bb\u02bc\u2032"
_PLAIN: Final[dict[str, str]] = dict.fromkeys(_APOSTROPHES, DROPPED) | {
    "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i", "ȷ": "j",
    "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss", "ĸ": "k", "ə": "e", "ǝ": "e", "ɛ": "e", "ɔ": "o",
    "ɓ": "b", "ɗ": "d", "ɖ": "d", "ƒ": "f", "ɣ": "g", "ɠ": "g", "ƙ": "k", "ɲ": "n", "ƴ": "y",
    "ʋ": "v", "ƶ": "z", "ɨ": "i", "ʉ": "u", "ɩ": "i", "ʊ": "u", "ƀ": "b", "ɍ": "r", "ǥ": "g",
    "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ٱ": "ا",
    "ـ": DROPPED,  # tatweel only makes a word longer
    "ґ": "г", "і": "и", "ї": "и", "є": "е", "ў": "у",
}  # fmt: skip
_SIGNS: Final = frozenset("™℠©®℗")
"""What is set behind a name without being of it."""

_STRIPPED_CLASSES: Final = frozenset({1, 7})
_FIRST_CLASS_OF_ACCENTS: Final = 10
_KATAKANA_TO_HIRAGANA: Final = {number: number - 0x60 for number in range(0x30A1, 0x30F7)}
_VARIATION: Final = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x34F)))


@lru_cache(maxsize=1 << 14)
def folded(character: str) -> str:
    """Return what a character is folded to: letters, DROPPED, or with SPACE where words end."""
    if character in _SIGNS:
        return SPACE
    taken_apart = unicodedata.normalize("NFKD", character)
    taken_apart = unicodedata.normalize("NFKD", taken_apart.casefold()).casefold()
    return "".join(_part(each) for each in taken_apart)


def _part(character: str) -> str:
    plain = _PLAIN.get(character)
    if plain is not None:
        return plain
    category = unicodedata.category(character)
    if category[0] == "L":
        return character.translate(_KATAKANA_TO_HIRAGANA)
    if category[0] == "N":
        digit = unicodedata.decimal(character, None)
        return character if digit is None else str(digit)
    if category[0] == "M" and _is_a_letter_in_all_but_name(character, category):
        return character
    if category[0] == "M" or category == "Cf":
        return DROPPED
    return f" {character} " if category == "So" else SPACE


def _is_a_letter_in_all_but_name(mark: str, category: str) -> bool:
    if category == "Me" or mark in _VARIATION:
        return False
    combining = unicodedata.combining(mark)
    return combining < _FIRST_CLASS_OF_ACCENTS and combining not in _STRIPPED_CLASSES


@lru_cache(maxsize=1 << 14)
def is_mark(character: str) -> bool:
    """Tell whether it cannot begin a word."""
    return unicodedata.category(character)[0] == "M"
