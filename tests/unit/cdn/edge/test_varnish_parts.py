"""What a VCL is made of, where Varnish itself need not be asked."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.edge.plan import Address, Edge
from cdn.edge.varnish.command import command
from cdn.edge.varnish.configuration import files, vcl
from cdn.edge.varnish.purge import Tags
from cdn.edge.varnish.route import OF_A_PLAYER
from cdn.edge.varnish.text import quoted
from cdn.errors import UnusableEdge
from cdn.policy.cache_key import cache_key_of

EDGE = Edge(host="listen.example", origins=[Address("10.0.0.5", 8080), Address("[::1]", 81)])
PARAMETERS = st.lists(
    st.sampled_from(
        [
            "a=1",
            "b",
            "CMCD=x%2C1",
            "CMCD",
            "CMCDX=1",
            "_HLS_msn=4",
            "_HLS_=1",
            "cmcd=1",
            "",
            "?",
            "=",
        ]
    ),
    max_size=14,
)


@given(PARAMETERS)
def test_what_counts_of_a_query_is_what_the_policy_says(parameters: list[str]) -> None:
    """The same steps as in VCL, whose patterns are those of Python here."""
    query = "&".join(parameters)
    counts = re.sub(OF_A_PLAYER, "", query)
    counts = re.sub("^&|&$", "", re.sub("&&+", "&", counts))
    key = cache_key_of(f"/v1/tracks?{query}")
    assert key is not None
    assert counts == key.query


def test_nothing_is_escaped_in_what_is_quoted() -> None:
    assert quoted(r'a\b"c') == r'{"a\b"c"}'
    assert quoted('{"a": "b"}') == '"""{"a": "b"}"""'
    for unusable in ('"}"', 'a"} """', "a\nb"):
        with pytest.raises(ValueError, match=r"."):
            quoted(unusable)


def test_a_secret_is_for_its_owner_to_read() -> None:
    assert not any(each.is_secret for each in files(EDGE))
    with_secret = Edge(host="a.example", origins=EDGE.origins, purge_secret="s" * 16)
    assert [each.is_secret for each in files(with_secret)] == [True, False]


@pytest.mark.parametrize("tags", list(Tags))
def test_only_xkey_needs_what_is_no_part_of_varnish(tags: Tags) -> None:
    assert ("import xkey;" in vcl(EDGE, tags)) is (tags is Tags.XKEY)


@pytest.mark.parametrize("parts", [False, True])
def test_every_note_is_taken_from_clients_and_has_its_room(*, parts: bool) -> None:
    text = vcl(Edge(host="a.example", origins=EDGE.origins, checks_tokens=True, parts=parts))
    noted = set(re.findall(r"\breq\.http\.(X-Edge-[A-Za-z]+)", text))
    forgotten, room = text.partition("sub find_room {")[::2]
    assert noted == set(re.findall(r"unset req\.http\.(X-Edge-[A-Za-z]+)", forgotten))
    assert noted == set(re.findall(r'set req\.http\.(X-Edge-[A-Za-z]+) = "-"', room))


def test_networks_are_written_as_vcl_has_them() -> None:
    networks = ("127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8")
    text = vcl(Edge(host="a.example", origins=EDGE.origins, purges_from=networks))
    assert re.findall(r'^    ("[0-9a-f.:]+"(?:/\d+)?);$', text, re.MULTILINE) == [
        '"127.0.0.1"',
        '"10.0.0.0"/8',
        '"::1"',
        '"fd00::"/8',
    ]


@pytest.mark.parametrize("storage", ["", "0", "1.5G", "1x", "lots", "1G -s x", "-1G", "4", "1000k"])
def test_what_is_no_size_is_refused(storage: str) -> None:
    with pytest.raises(UnusableEdge, match="no size"):
        command(storage)


@pytest.mark.parametrize(
    "listens", ["80", ":80 -T x", "a b:80", ":80,UNIX", ":x", "$HOME:80", ":65536", ":0"]
)
def test_where_nobody_can_listen_is_refused(listens: str) -> None:
    with pytest.raises(UnusableEdge, match="nothing to listen at"):
        command("1G", [listens])


def test_the_command_is_one_of_systemd() -> None:
    lines = command("4G", [":80", "[::1]:6086,PROXY"]).splitlines()
    assert lines[:2] == ["[Service]", "ExecStart="]
    assert all(line.endswith("\\") for line in lines[2:-1])
    words = " ".join(lines[2:]).replace("\\", "").split()
    assert words[4:8] == ["-a", ":80", "-a", "[::1]:6086,PROXY"]
    assert "malloc,4G" in words
