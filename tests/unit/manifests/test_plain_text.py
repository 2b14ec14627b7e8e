import pytest

from manifests.attribute_values import QUOTED, Value, quote
from manifests.plain_text import language_tag, plain, quotable
from manifests.variables import expand


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" a\r\nb ", "a b"),
        ("e\u0301", "\u00e9"),
        ("x\ud800y\ufffe\x85z", "x y z"),
        ("\0", ""),
    ],
)
def test_plain_text_is_one_line_of_characters(text: str, line: str) -> None:
    assert plain(text) == line
    plain(text).encode()


@pytest.mark.parametrize("text", ['"', 'a"b', "{$name}", '{$a}{$b}"', "#EXT-X-ENDLIST\n", "{$"])
def test_quotable_text_stays_text(text: str) -> None:
    written = quote(quotable(text))
    assert QUOTED.read(Value(written[1:-1], quoted=True)) == quotable(text)
    line = f"#EXTM3U\n#EXT-X-SESSION-DATA:DATA-ID={written}".encode()
    assert expand(line) == line


@pytest.mark.parametrize("tag", ["de", "deu", "pt-BR", "zh-Hant-TW"])
def test_a_language_tag_is_one(tag: str) -> None:
    assert language_tag(tag) == tag


@pytest.mark.parametrize("text", ["", "Deutsch", "d", "DE", "de_AT", "de-", 'de"'])
def test_a_persons_own_spelling_is_none(text: str) -> None:
    assert language_tag(text) is None
