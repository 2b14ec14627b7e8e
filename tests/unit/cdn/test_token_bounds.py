"""In which countries and on which pages a token is good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.errors import TokenRefused
from cdn.signing.bounds import ANYWHERE, Bounds, Circumstances, read_bounds
from cdn.signing.referrer import NoReferrerPattern, ReferrerPattern, origin_of

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?", fullmatch=True)
HOST = st.lists(LABEL, min_size=1, max_size=4).map(".".join)
TEXT = st.text(st.characters(codec="latin-1"), max_size=60)


def on_pages(*patterns: str, no_referrer: bool | None = None) -> Bounds:
    return read_bounds(None, list(patterns), no_referrer)


def seen(origin: str | None = None, referrer: str | None = None) -> Circumstances:
    return Circumstances(None, origin, referrer)


@pytest.mark.parametrize(
    ("pattern", "page"),
    [
        ("example.com", "https://example.com"),
        ("example.com", "http://example.com:8080"),
        ("example.com", "HTTPS://EXAMPLE.COM"),
        ("example.com:8080", "http://example.com:8080"),
        ("example.com:443", "https://example.com"),
        ("*.example.com", "https://www.example.com"),
        ("*.example.com", "https://a.b.example.com"),
        ("https://example.com", "https://example.com"),
        ("https://example.com", "https://example.com:443"),
        ("https://example.com:443", "https://example.com"),
        ("https://*.example.com:8443", "https://www.example.com:8443"),
        ("localhost", "http://localhost:3000"),
        ("[::1]", "http://[::1]:3000"),
        ("127.0.0.1:80", "http://127.0.0.1"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_page_that_fits(pattern: str, page: str) -> None:
    assert on_pages(pattern).allow(seen(page))
    assert on_pages(pattern).allow(seen(page, "https://other.example/"))
    for behind in ("", "/", "/songs/1?a=b#c", "?a", "#a"):
        assert on_pages("other.example", pattern).allow(seen(None, page + behind))


@pytest.mark.parametrize(
    ("pattern", "page"),
    [
        ("example.com", "https://www.example.com"),
        ("example.com", "https://example.com.evil.example"),
        ("example.com", "https://evilexample.com"),
        ("example.com", "https://example.com."),
        ("example.com", "capacitor://example.com"),
        ("*.example.com", "https://example.com"),
        ("*.example.com", "https://evilexample.com"),
        ("*.example.com", "https://.example.com"),
        ("https://example.com", "http://example.com"),
        ("https://example.com", "https://example.com:8443"),
        ("example.com:8080", "https://example.com"),
        ("capacitor://localhost", "http://localhost"),
        ("example.com", "https://evil.example/example.com"),
        ("example.com", "https://example.com@evil.example/"),
        ("example.com", "https://evil.example@example.com/"),
        ("example.com", "https://evil.example\\example.com/"),
        ("example.com", "https://example.com\\.evil.example/"),
        ("example.com", "//example.com/"),
        ("example.com", "example.com"),
        ("example.com", "https:example.com"),
        ("example.com", " https://example.com/"),
        ("example.com", "https://example.com, https://example.com"),
        ("example.com", "https://example.com:99999x/"),
        ("example.com", "https://example.com/" + "a" * 5000),
        ("example.com", "about:blank"),
        ("example.com", "null"),
    ],
)
def test_a_page_that_does_not_fit(pattern: str, page: str) -> None:
    for no_referrer in (None, True):
        bounds = on_pages(pattern, no_referrer=no_referrer)
        assert not bounds.allow(seen(page))
        assert not bounds.allow(seen(None, page))


def test_an_origin_decides_where_there_is_one() -> None:
    bounds = on_pages("example.com")
    assert not bounds.allow(seen("https://evil.example", "https://example.com/"))
    assert not bounds.allow(seen("null", "https://example.com/"))
    assert not bounds.allow(seen("", "https://example.com/"))
    assert not bounds.allow(seen("https://example.com/a", "https://example.com/"))


def test_no_page_is_refused_unless_it_is_said_that_it_is_not() -> None:
    for nothing in (seen(), seen(None, "")):
        assert not on_pages("example.com").allow(nothing)
        assert not on_pages("example.com", no_referrer=False).allow(nothing)
        assert on_pages("example.com", no_referrer=True).allow(nothing)


@pytest.mark.parametrize("country", [None, "XX", "T1", "ZZ", "US", "de", "", "DEU"])
def test_in_another_country_or_none_a_token_is_not_good(country: str | None) -> None:
    bounds = read_bounds(["DE", "AT", "XX"], None, None)
    assert not bounds.allow(Circumstances(country))
    assert bounds.allow(Circumstances("AT"))


def test_both_bounds_hold() -> None:
    bounds = read_bounds(["DE"], ["example.com"], None)
    assert bounds.allow(Circumstances("DE", "https://example.com"))
    assert not bounds.allow(Circumstances("AT", "https://example.com"))
    assert not bounds.allow(Circumstances("DE", "https://evil.example"))
    assert not bounds.allow(Circumstances("DE"))
    assert not bounds.allow(Circumstances(None, "https://example.com"))


def test_without_bounds_a_token_is_good_anywhere() -> None:
    assert read_bounds(None, None, None) is ANYWHERE
    assert ANYWHERE.allow(Circumstances())


@pytest.mark.parametrize(
    ("countries", "referrers", "no_referrer"),
    [
        ([], None, None),
        ("DE", None, None),
        ([1], None, None),
        (["de"], None, None),
        (["DEU"], None, None),
        ({"DE": 1}, None, None),
        (False, None, None),
        (None, [], None),
        (None, "example.com", None),
        (None, ["Example.com"], None),
        (None, ["example.com/"], None),
        (None, ["*"], None),
        (None, ["*."], None),
        (None, ["*.*.example.com"], None),
        (None, ["a.*.example.com"], None),
        (None, ["*.[::1]"], None),
        (None, [""], None),
        (None, ["https://"], None),
        (None, ["user@example.com"], None),
        (None, ["example.com."], None),
        (None, ["bücher.example"], None),
        (None, ["a" * 64], None),
        (None, [None], None),
        (None, ["example.com"], "yes"),
        (None, ["example.com"], 1),
        (None, None, True),
        (["DE"], None, True),
    ],
)
def test_a_bound_that_is_none_is_refused(
    countries: object, referrers: object, no_referrer: object
) -> None:
    """What cannot be read restricts something: it must not be as if it were not there."""
    with pytest.raises(TokenRefused):
        read_bounds(countries, referrers, no_referrer)


@given(pattern=HOST, page=HOST, port=st.none() | st.integers(1, 65_535))
def test_a_host_is_that_host_alone(pattern: str, page: str, port: int | None) -> None:
    origin = f"https://{page}" + ("" if port is None else f":{port}")
    assert on_pages(pattern).allow(seen(origin)) == (pattern == page)
    assert on_pages(f"*.{pattern}").allow(seen(origin)) == page.endswith(f".{pattern}")
    is_usual = port in {None, 443}
    assert on_pages(f"https://{pattern}").allow(seen(origin)) == (pattern == page and is_usual)


@given(origin=st.none() | TEXT, referrer=st.none() | TEXT)
def test_any_text_fits_only_where_it_is_an_address_of_the_host(
    origin: str | None, referrer: str | None
) -> None:
    if on_pages("example.com").allow(seen(origin, referrer)):
        decisive = (referrer if origin is None else origin) or ""
        assert decisive.lower().split("//", 1)[1].startswith("example.com")


@given(HOST, st.sampled_from(["", "*."]), st.sampled_from(["", "https://", "app://"]),
       st.none() | st.integers(0, 65_535))  # fmt: skip
def test_a_pattern_is_written_as_it_is_read(
    host: str, below: str, scheme: str, port: int | None
) -> None:
    pattern = ReferrerPattern.of(f"{scheme}{below}{host}" + ("" if port is None else f":{port}"))
    assert ReferrerPattern.of(str(pattern)) == pattern


@given(TEXT)
def test_any_text_is_a_pattern_or_said_to_be_none(text: str) -> None:
    try:
        pattern = ReferrerPattern.of(text)
    except NoReferrerPattern:
        return
    assert ReferrerPattern.of(str(pattern)) == pattern


def test_an_address_that_is_none_comes_from_nowhere() -> None:
    assert origin_of(None, None) is None
    assert origin_of(None, "mailto:a@example.com") is None
