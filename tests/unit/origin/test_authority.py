"""What is a host, with a port or without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.delivery.authority import is_authority


@pytest.mark.parametrize(
    "text",
    [
        "a", "A.b-c.example.", "a_b", "a%2Fb", "a!$&'()*+,;=~", "127.0.0.1", "999.999.999.999",
        "[::]", "[2001:DB8::1]", "[::ffff:127.0.0.1]", "[v1.x]", "[vF.a:b]",
        "a:", "a:0", "a:65535", "a:00000000065535", "[::1]:", "[::1]:443",
    ],
)  # fmt: skip
def test_a_host(text: str) -> None:
    assert is_authority(text)


@pytest.mark.parametrize(
    "text",
    [
        "", ":", ":80", "a b", "a, b", " a", "a ", "a\t", "a\n", "a\x00", "user@a", "u:p@a", "a:b",
        "a:-1", "a:+1", "a:65536", "a:99999", "a:" + "9" * 9_000, "a:80:80", "::1", "[::1", "::1]",
        "[]", "[::1]a", "a[::1]", "[:::]", "[1::2::3]", "[12345::]", "[127.0.0.1]", "[v.x]",
        "[v1.]", "[fe80::1%25eth0]", "[fe80::1%eth0]", "a/", "a?", "a#", "a\\", "%", "%4", "%4g",
        "\xe9", "\uff41", "a:\uff18",
        "http://a", "<a>", '"a"', "a|b", "a^b", "a`b", "{a}",
    ],
)  # fmt: skip
def test_none(text: str) -> None:
    assert not is_authority(text)


@given(st.text(max_size=40))
def test_nothing_that_is_one_could_be_read_in_two_ways(text: str) -> None:
    if is_authority(text):
        assert text.isascii()
        assert not set(text) & set('/?#@\\ \t\r\n\0"<>')
        assert text.count("[") == text.count("]") <= 1
