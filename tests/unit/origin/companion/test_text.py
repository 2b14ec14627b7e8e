"""What people write, and what only looks as if somebody had written something."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from origin.companion.api.text import LINE_LENGTH_MAX, LINE_PATTERN, FileName, Line, Paragraphs
from origin.companion.catalogue.words import Word

LINES = TypeAdapter(Line)
WORDS = TypeAdapter(Word)
FILE_NAMES = TypeAdapter(FileName)
PARAGRAPHS = TypeAdapter(Paragraphs)
PATTERN = LINE_PATTERN.removesuffix("$") + r"\Z"
"""The same for Python, whose ``$`` is before a last line break, too."""


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\u00a0\u3000", "a\nb", "a\x00", "\u202egnp.exe", "a\u2066b", "\ufeff", "\x85",
        "\u200b", "\u200b\u200d\u2060", "\u00ad", "\u3164", "\u2800", "\u115f \uffa0", "\ufe0f",
        "\u061ca\u202c",
    ],
)  # fmt: skip
def test_what_is_no_title_and_no_tag(text: str) -> None:
    for adapter in (LINES, WORDS):
        with pytest.raises(ValidationError):
            adapter.validate_python(text)


@pytest.mark.parametrize(
    "text",
    [
        "a", "Beyoncé", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u2764\ufe0f", "<script>alert(1)</script>", "Robert'); DROP TABLE tracks;--", "=1+1",
        "\u5de5\u85e4", "क्\u200dष", "אב",
    ],
)  # fmt: skip
def test_what_is_one(text: str) -> None:
    assert LINES.validate_python(text) == text


@pytest.mark.parametrize(
    ("adapter", "length"), [(LINES, 200), (WORDS, 64), (PARAGRAPHS, 5_000), (FILE_NAMES, 255)]
)
def test_what_is_too_long_is_told_in_characters(adapter: TypeAdapter[str], length: int) -> None:
    assert adapter.validate_python("x" * length + " ")
    with pytest.raises(ValidationError, match=f"at most {length} characters"):
        adapter.validate_python("x" * (length + 1))
    assert adapter.json_schema()["maxLength"] == length


@pytest.mark.parametrize("text", ["a\ud800", "\udfff"])
def test_halves_of_characters(text: str) -> None:
    for adapter in (LINES, WORDS, PARAGRAPHS):
        with pytest.raises(ValidationError):
            adapter.validate_json(f'"{text}"'.encode("utf-8", "surrogatepass"))
        with pytest.raises(ValidationError):
            adapter.validate_json(ascii(text).replace("'", '"'))


@given(st.text(max_size=LINE_LENGTH_MAX))
@example("a\n")
def test_the_document_tells_what_is_taken(text: str) -> None:
    try:
        LINES.validate_python(text)
    except ValidationError as error:
        if error.errors()[0]["type"] != "string_too_long":  # it grew by being composed
            assert not re.search(PATTERN, text)
    else:
        assert re.search(PATTERN, text)
