"""Words that creators sort by, and tags of languages as RFC 5646 writes them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from origin.companion.catalogue.words import Language, Tags, Word

LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)
WORD: TypeAdapter[str] = TypeAdapter(Word)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("EN", "en"), ("en-gb", "en-GB"), ("pt-BR", "pt-BR"), ("zh-hant-TW", "zh-Hant-TW"),
        ("es-419", "es-419"), ("sl-rozaj-biske", "sl-rozaj-biske"), ("de-1996", "de-1996"),
        ("zh-cmn-Hans-CN", "zh-cmn-Hans-CN"), ("en-a-bbb-x-a-CCC", "en-a-bbb-x-a-ccc"),
        ("x-whatever", "x-whatever"), ("EN-latn-us", "en-Latn-US"), ("tlh", "tlh"),
        ("en-x-us", "en-x-us"),
    ],
)  # fmt: skip
def test_language_tags_are_written_in_one_way(said: str, written: str) -> None:
    assert LANGUAGE.validate_python(said) == written
    assert LANGUAGE.validate_python(written) == written


@pytest.mark.parametrize(
    "said", ["", "e", "english language", "en_GB", "en-", "-en", "en--GB", "e-n", "en-a", "x-", "é",
             "en-\n", "en\n", "english", "Deutsch", "thai-TH", "a" * 36, "en-x", "12", "٣٣"],
)  # fmt: skip
def test_what_is_no_language_tag(said: str) -> None:
    with pytest.raises(ValidationError):
        LANGUAGE.validate_python(said)


@pytest.mark.parametrize(
    ("said", "folded"),
    [
        ("  Hip   Hop ", "hip hop"),
        ("ÉTÉ", "été"),
        ("E\u0301te", "éte"),
        ("日本", "日本"),
        ("a\u2003b", "a b"),
    ],
)
def test_words_are_folded(said: str, folded: str) -> None:
    assert WORD.validate_python(said) == folded


@given(st.text(max_size=80))
def test_a_word_that_was_folded_is_as_it_is(said: str) -> None:
    try:
        folded = WORD.validate_python(said)
    except ValidationError:
        return
    assert 0 < len(folded) <= 64
    assert WORD.validate_python(folded) == folded


def test_tags_are_there_once() -> None:
    tags: TypeAdapter[Any] = TypeAdapter(Tags)
    assert tags.validate_python(["B", "a", "b", "A "]) == ["b", "a"]
