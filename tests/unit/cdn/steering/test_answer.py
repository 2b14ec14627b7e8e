"""The steering manifest, as the standard has it and as players read it."""

import json
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.steering.answer import TROUBLED_TTL_S, TTL_S, SteeringRules, steering_manifest
from cdn.steering.pathway import Pathway
from cdn.steering.player import Player, read_player

BOTH = (Pathway("a", "https://a.example/"), Pathway("b", "https://b.example/"))
RULES = SteeringRules(BOTH)
SOMEBODY = Player("s")
CLONED = SteeringRules(BOTH, cloned=True)


def told(
    rules: SteeringRules = RULES,
    player: Player = SOMEBODY,
    silent: frozenset[str] = frozenset(),
    doubted: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(steering_manifest(rules, player, "song", silent, doubted))
    return document


def test_it_says_what_the_standard_asks_for_and_no_more() -> None:
    said = told()
    assert said.keys() == {"VERSION", "TTL", "RELOAD-URI", "PATHWAY-PRIORITY"}
    assert (said["VERSION"], said["TTL"]) == (1, TTL_S)
    assert sorted(said["PATHWAY-PRIORITY"]) == ["a", "b"]


def test_players_ask_sooner_while_something_is_wrong() -> None:
    assert told(silent=frozenset({"a"}))["TTL"] == TROUBLED_TTL_S
    assert told(doubted=frozenset({"a"}))["TTL"] == TROUBLED_TTL_S
    assert told(SteeringRules(BOTH, ttl_s=5), silent=frozenset({"a"}))["TTL"] == 5


def test_where_all_are_silent_all_are_told() -> None:
    assert sorted(told(silent=frozenset({"a", "b"}))["PATHWAY-PRIORITY"]) == ["a", "b"]


@pytest.mark.parametrize("before", ["/steering/song?session=x", "/t/a.b.c/steering/song"])
def test_what_is_to_be_remembered_is_in_the_address_of_the_next_question(before: str) -> None:
    player = Player("s", avoid="a")
    there = urljoin(f"https://x.example{before}", told(player=player)["RELOAD-URI"])
    assert urlsplit(there).path == urlsplit(before).path
    again = read_player(
        dict(parse_qsl(urlsplit(there).query)), {"a", "b"}, new_session="new", country=None
    )
    assert again == player


def test_clones_keep_everything_but_the_host() -> None:
    said = told(CLONED)
    assert said["PATHWAY-CLONES"] == [
        {"BASE-ID": ".", "ID": name, "URI-REPLACEMENT": {"HOST": f"{name}.example"}}
        for name in ("a", "b")
    ]
    assert sorted(said["PATHWAY-PRIORITY"][:2]) == ["a", "b"]
    assert said["PATHWAY-PRIORITY"][2:] == ["."]


@pytest.mark.parametrize(("silent", "place"), [({"a"}, 1), ({"a", "b"}, 0)])
def test_where_the_playlist_came_from_comes_before_what_is_silent(
    silent: set[str], place: int
) -> None:
    names = told(CLONED, silent=frozenset(silent))["PATHWAY-PRIORITY"]
    assert names.index(".") == place
    assert set(names[place + 1 :]) == silent


def test_who_begins_where_the_playlist_came_from_stays_there_once() -> None:
    said = told(CLONED, Player("s", begins=True))
    assert said["PATHWAY-PRIORITY"][0] == "."
    assert len(said["PATHWAY-CLONES"]) == 2
    assert told(CLONED, Player("s", "a", begins=True))["PATHWAY-PRIORITY"][0] == "a"


def test_entries_begin_on_all_pathways_by_weight_or_where_their_playlist_came_from() -> None:
    entries = [f"entry-{number}" for number in range(200)]
    first = Counter(RULES.first(entry) for entry in entries)
    assert min(first.values()) > 60
    assert {RULES.offered(entry)[0].name == RULES.first(entry) for entry in entries} == {True}
    assert {CLONED.first(entry) for entry in entries} == {"."}


def test_the_address_is_relative_unless_there_is_another() -> None:
    assert RULES.server_uri("song") == "steering/song"
    there = SteeringRules(BOTH, "https://s.example/x/")
    assert there.server_uri("song") == "https://s.example/x/steering/song"


@given(st.text(min_size=1, max_size=32), st.sampled_from([None, "a"]))
def test_the_same_is_said_to_the_same_session_each_time(session: str, avoid: str | None) -> None:
    player = Player(session, avoid=avoid)
    assert told(player=player) == told(player=player)
