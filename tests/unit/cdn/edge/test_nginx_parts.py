"""What an nginx.conf is made of, where nginx itself need not be asked."""

import re
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.edge.nginx.configuration import configuration
from cdn.edge.nginx.installation import Installation
from cdn.edge.nginx.maps import QUERY, RUNS
from cdn.edge.nginx.text import NOTHING, block, mapped, quoted
from cdn.edge.plan import Address, Edge
from cdn.errors import UnusableEdge
from cdn.policy.cache_key import OF_PLAYERS, cache_key_of

OF_A_PLAYER = re.compile(rf"{OF_PLAYERS}(?:=.*)?")
PARAMETERS = st.lists(
    st.sampled_from(
        ["a=1", "b", "CMCD=x%2C1", "CMCD", "CMCDX=1", "_HLS_msn=4", "_HLS_=1", "cmcd=1", "", "="]
    ),
    max_size=14,
)


@given(PARAMETERS)
def test_what_counts_of_a_query_is_what_the_policy_says(parameters: list[str]) -> None:
    query = "&".join(parameters)
    found = re.fullmatch(QUERY, f"&{query}")
    counted = [bool(each) and not OF_A_PLAYER.fullmatch(each) for each in parameters]
    runs = sum(counts for counts, _ in groupby(counted))
    assert (found is not None) is (runs <= RUNS)
    if found is not None:
        key = cache_key_of(f"/v1/tracks?{query}")
        assert key is not None
        assert "".join(found.groups()) == (f"&{key.query}" if key.query else "")


def test_what_stands_in_quotes_is_read_as_it_was() -> None:
    assert quoted(r'a\b"c') == r'"a\\b\"c"'
    assert block("a", "b;", block("c", "d;")) == "a {\n    b;\n    c {\n        d;\n    }\n}"


def test_a_map_compares_with_nothing_as_nginx_does() -> None:
    text = mapped("$a", "$b", [(NOTHING, "none"), ("^x", "$1")], "other", volatile=True)
    assert text.splitlines()[1:-1] == [
        "    volatile;",
        '    default "other";',
        '    "" "none";',
        '    "~^x" "$1";',
    ]


UNUSABLE: list[tuple[dict[str, Any], str]] = [
    ({"user": "www-data; include"}, "no user"),
    ({"size": "10"}, "no size"),
    ({"size": "0g"}, "no size"),
    ({"days": 0}, "a day at least"),
    ({"address": "all"}, "no address"),
    ({"http_port": 0}, "three numbers"),
    ({"https_port": 70_000}, "three numbers"),
    ({"purge_port": 80}, "three numbers"),
    ({"address": "10.0.0.999"}, "no address"),
    ({"address": "[:::]"}, "no address"),
    ({"folder": "/var/a;b"}, "no absolute path"),
    ({"folder": "cache"}, "no absolute path"),
    ({"logs": "/var/a b"}, "no absolute path"),
    ({"pid": "/run/$x"}, "no absolute path"),
]


@pytest.mark.parametrize(("wrong", "said"), UNUSABLE, ids=range(len(UNUSABLE)))
def test_what_a_configuration_would_read_otherwise_is_refused(
    wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(UnusableEdge, match=said):
        Installation(**wrong)


def test_a_large_cache_has_room_for_its_names() -> None:
    assert Installation(size="100m").keys_mb == 16
    assert Installation(size="1000g").keys_mb == 2048


@pytest.mark.parametrize(
    ("networks", "address", "listens"),
    [
        (["127.0.0.1"], None, ["127.0.0.1"]),
        (["::1"], None, ["[::1]"]),
        (["127.0.0.1", "::1"], None, ["127.0.0.1", "[::1]"]),
        (["127.0.0.1"], "10.0.0.5", ["127.0.0.1"]),
        (["127.0.0.0/8"], "127.0.0.2", ["127.0.0.2"]),
        (["127.0.0.1"], "[::1]", ["127.0.0.1"]),
        (["::/0"], None, ["*", "[::]"]),
        (["10.0.0.0/8", "127.0.0.1"], None, ["*", "[::]"]),
        (["10.0.0.0/8", "127.0.0.1"], "10.0.0.5", ["10.0.0.5"]),
    ],
)
def test_who_may_purge_can_reach_it(
    networks: list[str], address: str | None, listens: list[str]
) -> None:
    edge = Edge(host="a.example", origins=[Address("b", 80)], purges_from=networks)
    text = configuration(edge, Installation(address=address)).text
    assert re.findall(r"listen (\S+):8089;", text) == listens
    assert re.findall(r"allow (\S+);", text) == networks
