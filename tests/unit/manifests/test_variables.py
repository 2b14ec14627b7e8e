import pytest

from manifests.errors import ManifestError
from manifests.lines import MAX_PLAYLIST_BYTES
from manifests.variables import expand

HEAD = "#EXTM3U\n"


def expanded(text: str, **known: dict[str, str]) -> str:
    return expand((HEAD + text).encode(), **known).decode().removeprefix(HEAD)


def test_uris_and_attributes_are_expanded_and_comments_are_not() -> None:
    assert expanded(
        '#EXT-X-DEFINE:NAME="a",VALUE="1"\r\n#EXT-X-KEY:METHOD=AES-128,URI="{$a}",IV=0x{$a}\n'
        "{$a}/{$a}.m4s\n# {$b}\n"
    ) == (
        '#EXT-X-DEFINE:NAME="a",VALUE="1"\r\n#EXT-X-KEY:METHOD=AES-128,URI="1",IV=0x1\n'
        "1/1.m4s\n# {$b}\n"
    )


def test_values_come_from_the_multivariant_playlist_and_from_the_url() -> None:
    text = '#EXT-X-DEFINE:IMPORT="host"\n#EXT-X-DEFINE:QUERYPARAM="token"\n{$host}/?t={$token}\n'
    assert expanded(text, imported={"host": "h"}, query={"token": "é"}).endswith("\nh/?t=é\n")


def test_values_are_not_looked_into_again() -> None:
    text = '#EXT-X-DEFINE:NAME="a",VALUE="{$b}"\n#EXT-X-DEFINE:NAME="b",VALUE="2"\n{$a}\n'
    assert expanded(text).endswith("\n{$b}\n")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("{$a}\n", 2, "used before it is defined"),
        ('{$a}\n#EXT-X-DEFINE:NAME="a",VALUE="1"\n', 2, "used before it is defined"),
        ('#EXT-X-DEFINE:IMPORT="a"\n', 2, "nothing gives the variable a a value"),
        ('#EXT-X-DEFINE:QUERYPARAM="a"\n', 2, "nothing gives the variable a a value"),
        ('#EXT-X-DEFINE:NAME="a",VALUE="1"\n' * 2, 3, "defined twice"),
        ("#EXT-X-DEFINE:NAME\n", 2, "no NAME=value"),
    ],
)
def test_what_cannot_be_expanded_is_refused_with_its_line(
    text: str, line: int, message: str
) -> None:
    with pytest.raises(ManifestError, match=message) as caught:
        expanded(text)
    assert caught.value.line == line
    assert caught.value.section


def test_a_value_from_the_url_cannot_end_its_quotes_or_its_line() -> None:
    for value in ('"', "\n#EXT-X-ENDLIST"):
        with pytest.raises(ManifestError, match="double quote or a control character"):
            expanded('#EXT-X-DEFINE:QUERYPARAM="a"\n{$a}\n', query={"a": value})


def test_a_small_playlist_cannot_become_an_enormous_one() -> None:
    value = "x" * 100_000
    text = f'#EXT-X-DEFINE:NAME="a",VALUE="{value}"\n' + "{$a}\n" * (MAX_PLAYLIST_BYTES // 100_000)
    expanded(text)
    with pytest.raises(ManifestError, match="would exceed"):
        expanded(text + "{$a}\n")
