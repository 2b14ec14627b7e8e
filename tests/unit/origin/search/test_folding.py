"""Folding, whatever somebody writes."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.companion.search.folding import _with_marks, fold, plain
from origin.companion.search.words import LENGTH_MAX, indexed, words_of

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Sigur Rós", "sigur ros"),
        ("BJÖRK", "bjork"),
        ("Ærø Þórr", "aero thorr"),
        ("Straße", "strasse"),
        ("Łódź Đoković", "lodz dokovic"),
        ("Işıl İstanbul", "isil istanbul"),
        ("Ọ̀ṣun Àṣẹ", "osun ase"),
        ("Ɓurna Ɗan", "burna dan"),
        ("ΟΔΥΣΣΕΎΣ", "οδυσσευσ"),
        ("Ёлка Їжак", "елка ижак"),
        ("فَيْرُوز", "فيروز"),
        ("شَجَرِيان گوگوش", "شجريان گوگوش"),
        ("שָׁלוֹם", "שלום"),
        ("ｶﾞﾗｽ", "がらす"),
        ("ガラス", "がらす"),
        ("Ｆｕｌｌ　Ｗｉｄｔｈ", "full width"),
        ("①② ٣٤ ५", "12 34 5"),
        ("हिन्दी", "हिन्दी"),
        ("don't stop", "dont stop"),
        ("L’Amour d'Édith", "l amour d edith"),
        ("Rock’n’Roll", "rock n roll"),
        ("ROCK'N'ROLL", "rock n roll"),
        ("Rock'n Roll", "rock n roll"),
        ("Rock 'n' Roll", "rock n roll"),
        ("R'n'B, Guns N' Roses", "rnb guns n roses"),
        ("I ♥ NY", "i ♥ ny"),
        ("Brand™", "brand"),
        ("a\u200db\u00adc", "abc"),
        ("\u0301\u0302", ""),
    ],
)
def test_what_is_alike_is_the_same(written: str, folded: str) -> None:
    assert plain(written) == folded
    assert plain(unicodedata.normalize("NFD", written)) == folded


@pytest.mark.long
def test_every_character_folds_to_what_stays_as_it_is() -> None:
    odd = [
        number
        for number in range(sys.maxunicode + 1)
        if plain(once := plain("a" + chr(number))) != once
    ]
    assert odd == []


@given(ANYTHING)
def test_folding_never_fails_and_is_done_once(text: str) -> None:
    once = plain(text)
    assert plain(once) == once


@given(ANYTHING)
def test_each_folded_character_tells_where_it_came_from(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert list(folded.starts) == sorted(folded.starts)
    for character, start, end in zip(folded.text, folded.starts, folded.ends, strict=True):
        assert 0 <= start < end <= len(text)
        alone = fold("a" + text[start:end]).text if character != " " else " "
        assert character in alone or text[start] in "'’ʼ＇"


@given(ANYTHING)
def test_text_without_marks_is_folded_as_if_it_had_some(text: str) -> None:
    quick, whole = fold(text), _with_marks(text)
    assert quick.text == whole.text
    assert [*quick.starts] == whole.starts
    assert [*quick.ends] == whole.ends


@given(ANYTHING)
def test_words_are_where_they_say(text: str) -> None:
    words = words_of(text)
    assert [word.start for word in words] == sorted(word.start for word in words)
    for word in words:
        assert 0 < len(word.text) <= LENGTH_MAX
        assert not any(character.isspace() for character in word.text)
        assert len(word.ends) == len(word.text)
        assert word.start < word.ends[0]
        assert list(word.ends) == sorted(word.ends)
        assert word.ends[-1] <= len(text)


@given(st.text(st.characters(categories=["L", "N", "Zs"], max_codepoint=0x2FFF), max_size=40))
def test_words_of_the_highlighted_part_are_the_word(text: str) -> None:
    for word in words_of(text):
        if not word.is_unspaced:
            again = words_of(text[word.start : word.ends[-1]])
            assert word.text in [each.text for each in again]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("東京都", "東京 京都 都"),
        ("愛", "愛"),
        ("初音ミクのlove song", "初音 音み みく くの の love song"),
        ("한국", "".join(unicodedata.normalize("NFD", "한국"))),
        ("???", "???"),
        ("÷", "÷"),
        ("  ", ""),
        ("\ud800", ""),
        ("\u0301", ""),
    ],
)
def test_words_of_scripts_without_spaces_and_of_signs(written: str, words: str) -> None:
    assert indexed(written) == words


def test_a_highlight_holds_the_marks_on_its_letters() -> None:
    (word,) = words_of("  Cafe\u0301!")
    assert (word.text, word.start, word.ends[-1]) == ("cafe", 2, 7)
