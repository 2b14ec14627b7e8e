"""What parts two copies, and what never does."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.policy.cache_key import CacheKey, cache_key_of, without_token
from cdn.policy.coding import AT_EDGES, Coding, coding_at_edge
from cdn.policy.route import PAGE, ROUTES, Route, route_of

SEGMENT = "/media/a1/r1/128k/00001.m4s"
PLAYLIST = "/media/a1/r1/128k/playlist.m3u8"
TOKEN = "/t/eyJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJhIn0.c2ln-_"  # noqa: S105 none that is good
IDS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,10}", fullmatch=True)
TOKENS = st.from_regex(r"[A-Za-z0-9_-]{1,30}(\.[A-Za-z0-9_-]{1,30}){2}", fullmatch=True)
PLAYABLE = st.one_of(
    st.builds("/{}.m3u8".format, IDS),
    st.builds("/{}.json".format, IDS),
    st.builds("/media/{}/r1/128k/00001.m4s".format, IDS),
    st.builds("/growing/{}/r1/128k/playlist.m3u8".format, IDS),
    st.builds("/media/{}/r1/waveform.dat".format, IDS),
)
SAID_BY_PLAYERS = st.one_of(
    st.builds("CMCD={}".format, st.text(max_size=40).map(quote)),
    st.builds("_HLS_{}={}".format, st.sampled_from(["pathway", "throughput", "msn"]), IDS),
)


@given(path=PLAYABLE, token=TOKENS, said=st.lists(SAID_BY_PLAYERS, max_size=3))
def test_neither_token_nor_what_players_say_parts_copies(
    path: str, token: str, said: list[str]
) -> None:
    asked = f"/t/{token}{path}?{'&'.join(said)}"
    assert cache_key_of(asked) == cache_key_of(path)


@given(
    path=st.one_of(PLAYABLE, st.sampled_from(["/v1/tracks", "/v1/search", "/", "/upload"])),
    said=st.lists(SAID_BY_PLAYERS, max_size=3),
    others=st.lists(
        st.sampled_from(["limit=3", "q=a", "cursor=x", "CMC=1", "HLS_x=1"]), max_size=3
    ),
)
def test_what_players_say_is_in_no_key_wherever_it_stands(
    path: str, said: list[str], others: list[str]
) -> None:
    for parameters in ([*said, *others], [*others, *said]):
        key = cache_key_of(f"{path}?{'&'.join(parameters)}")
        assert key == cache_key_of(f"{path}?{'&'.join(others)}")
        assert key is not None
        assert "CMCD" not in str(key)
        assert "_HLS_" not in str(key)


def test_the_query_parts_what_the_api_says_alone() -> None:
    assert cache_key_of(f"{SEGMENT}?a=1") == cache_key_of(SEGMENT)
    assert cache_key_of("/v1/tracks?limit=1") != cache_key_of("/v1/tracks?limit=2")
    assert cache_key_of("/v1/tracks?a=1&b=2") == CacheKey("/v1/tracks", "a=1&b=2")
    assert cache_key_of("/v1/tracks", None, "https://a.example") != cache_key_of("/v1/tracks")
    assert cache_key_of(SEGMENT, None, "https://a.example") == cache_key_of(SEGMENT)


@pytest.mark.parametrize("path", ["/v1/tracks", "/artwork/a/b/1.jpg", "/assets/x.js", "/"])
def test_a_token_in_front_of_what_plays_not_is_part_of_the_path(path: str) -> None:
    assert without_token(TOKEN + path) == (TOKEN + path, None)
    assert cache_key_of(TOKEN + path) != cache_key_of(path)


def test_a_token_is_told_from_the_path_behind_it() -> None:
    assert without_token(TOKEN + SEGMENT) == (SEGMENT, TOKEN.removeprefix("/t/"))
    assert without_token("/t/a/t/b.m3u8") == ("/t/a/t/b.m3u8", None)


@pytest.mark.parametrize(
    ("said", "coding"),
    [
        ("gzip, deflate, br, zstd", Coding.BROTLI),
        ("gzip, deflate", Coding.GZIP),
        ("br;q=0, gzip", Coding.GZIP),
        ("br;q=0.000, gzip;q=0", Coding.IDENTITY),
        ("br; q=0.001", Coding.BROTLI),
        ("GZIP;Q=1.0", Coding.IDENTITY),
        ("brotli, xgzip, gzipx", Coding.IDENTITY),
        ("gzip\t;\tq=0.5 ,x", Coding.GZIP),
        ("zstd", Coding.IDENTITY),
        ("*", Coding.IDENTITY),
        ("", Coding.IDENTITY),
        (None, Coding.IDENTITY),
    ],
)
def test_which_copy_an_edge_gives(said: str | None, coding: Coding) -> None:
    """A name in capitals is accepted, too, but nobody writes it: the copy is larger, not wrong."""
    assert coding_at_edge(said) is coding


@given(st.text(alphabet="br,gzip;q=01. \t*xyQ", max_size=40))
def test_no_copy_is_given_in_a_coding_that_is_refused(said: str) -> None:
    coding = coding_at_edge(said)
    assert coding in AT_EDGES
    if coding is not Coding.IDENTITY:
        elements = [each.strip(" \t") for each in said.split(",")]
        assert any(each.partition(";")[0].strip(" \t") == coding for each in elements)
        assert not any(each.replace(" ", "") == f"{coding};q=0" for each in elements) or (
            sum(each.startswith(coding) for each in elements) > 1
        )


def test_only_what_is_compressed_has_a_copy_for_each_coding() -> None:
    assert cache_key_of(SEGMENT, "br") == cache_key_of(SEGMENT, "gzip")
    assert cache_key_of(PLAYLIST, "br") != cache_key_of(PLAYLIST, "gzip")
    assert cache_key_of(PLAYLIST, "br, gzip") == cache_key_of(PLAYLIST, "br;q=1, x")


def test_what_is_not_kept_has_no_key() -> None:
    assert cache_key_of("/healthz") is None


@pytest.mark.parametrize(
    "path",
    [
        "/medi%61/a1/r1/128k/00001.m4s",
        f"/{SEGMENT}",
        f"/.{SEGMENT}",
        f"/x/..{SEGMENT}",
        "/v1/..",
        "/assets\\x.js",
    ],
)
def test_what_a_purge_would_not_find_is_not_kept(path: str) -> None:
    assert cache_key_of(path) is None
    assert cache_key_of(TOKEN + path) is None
    assert cache_key_of(f"{SEGMENT}?a=%61//./") is not None


@pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
def test_globs_lead_to_their_route(route: Route) -> None:
    """Filled in, each glob is an address of its own route, or of one that stands before it."""
    for glob in route.globs:
        path = "/" if glob == "*" else glob.replace("*", "x/y/z" if glob.count("/") > 1 else "x")
        assert route_of(path) is route


@given(st.text(max_size=30))
def test_every_path_has_a_route(rest: str) -> None:
    path = f"/{rest}"
    assert route_of(path) in ROUTES
    assert PAGE is ROUTES[-1]
