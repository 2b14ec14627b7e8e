"""Pathways as they are said, and what is refused of that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.errors import UnusablePathway
from cdn.steering.pathway import Pathway, check_together, parse_pathway


@pytest.mark.parametrize(
    ("text", "pathway"),
    [
        ("a=https://a.example", Pathway("a", "https://a.example/")),
        ("CDN-1=http://127.0.0.1:8080/x/", Pathway("CDN-1", "http://127.0.0.1:8080/x/")),
        (
            "eu=https://eu.example/;weight=3;regions=de, FR;cost=1.5",
            Pathway("eu", "https://eu.example/", 3, frozenset({"DE", "FR"}), 1.5),
        ),
        (" x = https://x ".replace(" = ", "=") + "; weight=0", Pathway("x", "https://x/", 0)),
        ("six=http://[::1]:80/", Pathway("six", "http://[::1]:80/")),
    ],
)
def test_a_pathway_is_read(text: str, pathway: Pathway) -> None:
    assert parse_pathway(text) == pathway


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://a.example", "no name"),
        ("=https://a.example", "no name"),
        (".=https://a.example", "no name"),
        ("a/b=https://a.example", "no name"),
        ("a=ftp://a.example", "no URL"),
        ("a=a.example", "no URL"),
        ("a=https://", "no URL"),
        ("a=https://a.example?x=1", "no URL"),
        ("a=https://user@a.example", "no URL"),
        ("a=https://a.example:70000", "no URL"),
        ("a=https://[::1", "no URL"),
        ('a=https://a.example/"', "no URL"),
        ("a=https://a.example/ b", "no URL"),
        ("a=https://a.example;weight=-1", "no number"),
        ("a=https://a.example;weight=nan", "no number"),
        ("a=https://a.example;cost=inf", "no number"),
        ("a=https://a.example;cost=", "no number"),
        ("a=https://a.example;regions=", "no countries"),
        ("a=https://a.example;regions=DEU", "no countries"),
        ("a=https://a.example;wait=1", "none of"),
        ("a=https://a.example;weight=1;weight=2", "none of"),
        ("a=https://a.example;", "none of"),
    ],
)
def test_what_is_no_pathway_is_refused_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(UnusablePathway, match=why):
        parse_pathway(text)


@given(st.text())
def test_whatever_is_said_is_a_pathway_or_is_refused(text: str) -> None:
    try:
        pathway = parse_pathway(text)
    except UnusablePathway:
        return
    assert pathway.url.endswith("/")
    assert pathway.host


def pathways(*said: str) -> list[Pathway]:
    return [parse_pathway(text) for text in said]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (("a=https://a", "a=https://b"), "one name"),
        (("a=https://a;weight=0", "b=https://b;weight=0"), "weight 0"),
        (tuple(f"p{number}=https://a" for number in range(17)), "16 are possible"),
    ],
)
def test_what_does_not_go_together_is_refused(said: tuple[str, ...], why: str) -> None:
    with pytest.raises(UnusablePathway, match=why):
        check_together(pathways(*said), cloned=False)


@pytest.mark.parametrize("other", ["http://b", "https://b:444", "https://b/x/"])
def test_a_clone_differs_by_its_host_alone(other: str) -> None:
    both = pathways("a=https://a", f"b={other}")
    check_together(both, cloned=False)
    with pytest.raises(UnusablePathway, match="by their host alone"):
        check_together(both, cloned=True)
    check_together(pathways("a=https://a", "b=https://b"), cloned=True)


def test_hosts_are_as_a_url_has_them() -> None:
    six, four = pathways("six=http://[::1]:80/", "four=http://127.0.0.1:80/")
    assert (six.host, four.host) == ("[::1]", "127.0.0.1")
    assert six.origin == "http://[::1]:80"
