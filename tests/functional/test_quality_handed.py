"""Figures from a process without a database come to one that has it, over Redis, each once."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.cmcd.figures import Sum
from origin.cache.connection import Connection, connect
from origin.quality.forwarding import LIST, PIECES_MAX, hand_over, packed, receive, unpacked
from origin.quality.sums import DaySums
from tests.servers.valkey import Valkey

FIGURES = {(Sum.SESSIONS, ""): 2.0, ("rung_s", "128k"): 12.0}
DAY_S = 86_400


def held(*asset_ids: str) -> DaySums:
    sums = DaySums()
    for asset_id in asset_ids:
        sums.add(asset_id, 20_000 * DAY_S, FIGURES)
    return sums


async def test_what_is_handed_over_is_taken_once(cache: Valkey) -> None:
    connection = Connection(connect(cache.url))
    many = [f"a{number}" for number in range(250)]
    sender, first, second = held(*many), DaySums(), DaySums()
    await hand_over(connection, sender)
    assert len(sender) == 0
    assert await connection.client.llen(LIST) == 3
    await receive(connection, first)
    await receive(connection, second)
    assert (len(first), len(second)) == (250, 0)
    assert first.take()["a7", 20_000] == FIGURES
    await connection.client.aclose()


async def test_the_list_is_bounded_and_ends_by_itself(cache: Valkey) -> None:
    connection = Connection(connect(cache.url))
    for _ in range(PIECES_MAX + 3):
        await connection.client.rpush(LIST, b"[]")
    await hand_over(connection, held("a"))
    assert await connection.client.llen(LIST) == PIECES_MAX
    assert 0 < await connection.client.ttl(LIST) <= DAY_S
    await connection.client.aclose()


async def test_while_redis_is_away_figures_are_held(cache: Valkey) -> None:
    connection = Connection(connect(cache.url))
    cache.kill()
    sums = held("a", "b")
    await hand_over(connection, sums)
    assert len(sums) == 2
    cache.start()
    while len(sums):  # until its circuit lets it ask again
        await hand_over(connection, sums)
    received = DaySums()
    await receive(connection, received)
    assert received.take() == held("a", "b").take()
    await connection.client.aclose()


@pytest.mark.parametrize(
    "piece",
    [
        b"", b"{}", b"7", b"[7]", b'[["a"]]', b'[["A B",1,[]]]', b'[["a","1",[]]]',
        b'[["a",-1,[]]]',
        b'[["a",1e99,[]]]', b"[[7,1,[]]]", b"\xff", b"[" * 60_000,
        b'[["a",1' + 400 * b"0" + b",[]]]",
    ],
)  # fmt: skip
def test_what_is_no_piece_says_nothing(piece: bytes) -> None:
    assert unpacked(piece) == {}


def test_figures_that_are_none_are_left_out() -> None:
    figures = [
        ["x", "", math.nan], ["x", "", -1], ["x", 7, 1], ["", "", 1], ["ok", "", 2], ["x", "\0", 1],
    ]  # fmt: skip
    assert unpacked(json.dumps([["a", 1, figures]]).encode()) == {("a", 1): {("ok", ""): 2.0}}


NUMBERS = st.floats(0, 1e12)
KEYS = st.tuples(st.sampled_from(["sessions", "rung_s"]), st.sampled_from(["", "128k", "+Inf"]))


@given(
    st.dictionaries(
        st.tuples(st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True), st.integers(0, 40_000)),
        st.dictionaries(KEYS, NUMBERS),
    )
)
def test_a_piece_says_what_was_put_in(
    days: dict[tuple[str, int], dict[tuple[str, str], float]],
) -> None:
    assert unpacked(packed(days)) == days
