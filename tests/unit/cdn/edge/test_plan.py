"""What an operator says of an edge is refused where a configuration would read something else."""

from typing import Any

import pytest

from cdn.edge.plan import Address, Certificate, Edge
from cdn.errors import UnusableEdge

ORIGIN = Address("10.0.0.5", 8080)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("a.example", Address("a.example", 80)),
        ("Origin-1:8081", Address("Origin-1", 8081)),
        ("10.0.0.5:1", Address("10.0.0.5", 1)),
        ("[2001:DB8::5]", Address("[2001:DB8::5]", 80)),
        ("[::1]:65535", Address("[::1]", 65535)),
    ],
)
def test_an_origin_is_read(text: str, address: Address) -> None:
    assert Address.read(text, 80) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "a;b",
        "a{}",
        "a\n",
        "$a",
        "a:0",
        "a:65536",
        "a:",
        "::1",
        "[::1",
        "[:::]",
        "[::1%eth0]",
        "10.0.0.999",
        "10.0.1",
        "http://a",
        "a/b",
        "-a",
    ],
)
def test_what_is_no_origin_is_told(text: str) -> None:
    with pytest.raises(UnusableEdge, match="no address"):
        Address.read(text, 80)


@pytest.mark.parametrize(
    "network",
    ["10.0.0.1/8", "10.0.0.0/255.0.0.0", "10.0.0.0/33", "fe80::1%a; b", "fe80::1%eth0", "all", ""],
)
def test_what_is_no_network_is_told(network: str) -> None:
    with pytest.raises(UnusableEdge, match="no network"):
        Edge(host="a.example", origins=[ORIGIN], purges_from=[network])


@pytest.mark.parametrize("network", ["10.0.0.0/8", "::1", "2001:DB8::/32", "0.0.0.0/0"])
def test_who_purges_may_be_any_network(network: str) -> None:
    edge = Edge(host="a.example", origins=[ORIGIN], purges_from=[network])
    assert edge.purges_from == [network]


WRONG: list[dict[str, Any]] = [
    {"host": "a.example;"},
    {"host": ""},
    {"host": "a.example\n"},
    {"origins": []},
    {"purge_secret": "short"},
    {"purge_secret": 'sixteen-letters"'},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_could_end_a_line_is_refused(wrong: dict[str, Any]) -> None:
    said: dict[str, Any] = {"host": "a.example", "origins": [ORIGIN]}
    with pytest.raises(UnusableEdge):
        Edge(**(said | wrong))


@pytest.mark.parametrize("path", ["", "a.pem", "/a b", "/a;b", "/a\n", "/a'", "/$a", "/{a}", "#a"])
def test_a_certificate_is_at_a_path_that_can_be_written(path: str) -> None:
    with pytest.raises(UnusableEdge, match="no absolute path"):
        Certificate("/chain.pem", path)
