"""Tokens that are known already: which paths they open, until when, and how many are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.signing.bounds import ANYWHERE, Bounds, read_bounds
from cdn.signing.claims import PlaybackToken
from cdn.signing.scope import Scope, scope_of_path
from origin.delivery.verified import VerifiedTokens

NOW_S, END_S = 1000.0, 2000.0


@pytest.fixture
def tokens() -> VerifiedTokens:
    known = VerifiedTokens()
    known.remember(b"a.b.c", PlaybackToken("first", END_S)).add_asset("asset")
    known.remember(b"x.y.z", PlaybackToken("second", END_S))
    return known


@pytest.mark.parametrize(
    ("path", "shared"),
    [
        (b"/", b"/"),
        (b"/first.m3u8", b"/first.m3u8"),
        (b"/t", b"/t"),
        (b"/t.m3u8", b"/t.m3u8"),
        (b"/T/a.b.c/first.m3u8", b"/T/a.b.c/first.m3u8"),
        (b"/t/a.b.c/first.m3u8", b"/t/-/first.m3u8"),
        (b"/t/a.b.c/first.packed.m3u8", b"/t/-/first.packed.m3u8"),
        (b"/t/a.b.c/media/asset/r1/128k/00000.m4s", b"/t/-/media/asset/r1/128k/00000.m4s"),
        (b"/t/a.b.c/growing/asset/r2/x", b"/t/-/growing/asset/r2/x"),
    ],
)
def test_a_path_without_its_token(tokens: VerifiedTokens, path: bytes, shared: bytes) -> None:
    assert tokens.path_without(path, NOW_S) == shared


@pytest.mark.parametrize(
    "path",
    [
        b"/t/",
        b"/t/a.b.c",
        b"/t/a.b.c/",
        b"/t/a.b.c//first.m3u8",
        b"/t/a.b.cd",
        b"/t/a.b.c/first",
        b"/t/a.b.c/first-light.m3u8",
        b"/t/a.b.c/second.m3u8",
        b"/t/a.b.c/media/asset",
        b"/t/a.b.c/media/asset2/r1/x",
        b"/t/a.b.c/media/first/r1/x",
        b"/t/a.b.c/t/a.b.c/first.m3u8",
        b"/t/a.b.c/v1/assets",
        b"/t/x.y.z/media/asset/r1/x",
        b"/t/A.b.c/first.m3u8",
        b"/t/a.b/first.m3u8",
        b"/t/-/first.m3u8",
        b"/t//first.m3u8",
    ],
)
def test_what_a_token_does_not_open(tokens: VerifiedTokens, path: bytes) -> None:
    assert tokens.path_without(path, NOW_S) is None


def test_a_token_opens_nothing_from_its_end_on(tokens: VerifiedTokens) -> None:
    assert tokens.path_without(b"/t/a.b.c/first.m3u8", END_S - 0.1) is not None
    assert tokens.path_without(b"/t/a.b.c/first.m3u8", END_S) is None
    assert tokens.find(b"a.b.c", END_S - 0.1) is not None
    assert tokens.find(b"a.b.c", END_S) is None
    assert len(tokens) == 1


def test_only_so_many_are_kept_and_the_first_goes_first() -> None:
    tokens = VerifiedTokens(bytes_max=3 * 1000)  # each takes a little more than 800
    for number in range(5):
        tokens.remember(b"%d" % number, PlaybackToken("first", END_S))
    assert [tokens.find(b"%d" % number, NOW_S) is not None for number in range(5)] == (
        [False, False, True, True, True]
    )


def test_a_token_opens_only_the_last_assets_of_its_playback_id() -> None:
    token = VerifiedTokens().remember(b"a", PlaybackToken("first", END_S))
    for number in range(6):
        token.add_asset(f"asset{number}")
    assert [token.is_for_asset(f"asset{number}") for number in range(6)] == (
        [False, False, True, True, True, True]
    )


@given(st.text("/t.abcfirsmedgow-38ux12"), st.sampled_from(["", "/t/", "/t/a.b.c/", "/t/a.b.c"]))
def test_every_path_keeps_to_its_token(rest: str, before: str) -> None:
    tokens = VerifiedTokens()
    tokens.remember(b"a.b.c", PlaybackToken("first", END_S)).add_asset("asset")
    path = (before + rest).encode()
    shared = tokens.path_without(path, NOW_S)
    if not path.startswith(b"/t/"):
        assert shared == path
    elif shared is not None:
        assert path.startswith((b"/t/a.b.c/first.", b"/t/a.b.c/media/asset/", b"/t/a.b.c/growing/"))
        assert shared == path.replace(b"a.b.c", b"-", 1)


def test_a_token_opens_no_asset_that_was_removed(tokens: VerifiedTokens) -> None:
    tokens.removed("another")
    assert tokens.path_without(b"/t/a.b.c/media/asset/r1/x", NOW_S) is not None
    tokens.removed("asset")
    assert tokens.path_without(b"/t/a.b.c/media/asset/r1/x", NOW_S) is None
    assert tokens.path_without(b"/t/a.b.c/first.m3u8", NOW_S) is not None
    known = tokens.find(b"a.b.c", NOW_S)
    assert known is not None
    assert not known.is_for_asset("asset")


BOUND = read_bounds(["DE"], None, None)


@given(
    ending=st.sampled_from([".m3u8", ".mpd", ".json", ".jpg", ".dat", ".m4s", "", ".json/x"]),
    where=st.sampled_from(["/first", "/media/asset/r1/x", "/growing/asset/r1/x", "/other"]),
    scopes=st.frozensets(st.sampled_from(Scope)),
    bounds=st.sampled_from([ANYWHERE, BOUND]),
)
def test_a_limited_token_opens_no_path_that_an_unlimited_one_does_not(
    ending: str, where: str, scopes: frozenset[Scope], bounds: Bounds
) -> None:
    limited, unlimited = VerifiedTokens(), VerifiedTokens()
    limited.remember(b"a.b.c", PlaybackToken("first", END_S, scopes, bounds)).add_asset("asset")
    unlimited.remember(b"a.b.c", PlaybackToken("first", END_S)).add_asset("asset")
    path = f"/t/a.b.c{where}{ending}".encode()
    shared = unlimited.path_without(path, NOW_S)
    is_open = bounds is ANYWHERE and scope_of_path(path.decode()) in scopes
    assert limited.path_without(path, NOW_S) == (shared if is_open else None)


def test_a_token_with_many_bounds_takes_more_room() -> None:
    tokens = VerifiedTokens(bytes_max=3 * 1000)
    many = read_bounds(["DE", "AT", "CH", "LI", "LU", "BE"], None, None)
    for number in range(5):
        tokens.remember(b"%d" % number, PlaybackToken("first", END_S, bounds=many))
    assert len(tokens) == 1
    assert len(VerifiedTokens(bytes_max=10)) == 0
