"""``Forwarded``, as RFC 7239 has it, and as clients may spoil it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.defence.forwarded import nodes_from_end


@pytest.mark.parametrize(
    ("field", "nodes"),
    [
        ("for=192.0.2.60;proto=http;by=203.0.113.43", ["192.0.2.60"]),  # §4
        ("for=192.0.2.43, for=198.51.100.17", ["198.51.100.17", "192.0.2.43"]),
        ('For="[2001:db8:cafe::17]:4711"', ["2001:db8:cafe::17"]),
        ('for=192.0.2.43,for="[2001:db8::17]",for=unknown', [None, "2001:db8::17", "192.0.2.43"]),
        ("for=_hidden, for=_SEVKISEK", [None, None]),  # §6.3
        ('for="192.0.2.43:47011"', ["192.0.2.43"]),
        ('for="192.0.2.43:_port-1"', ["192.0.2.43"]),
        ('for="\\192.0.2\\.43"', ["192.0.2.43"]),
        ('by="a, for=9.9.9.9";for=192.0.2.1', ["192.0.2.1"]),
        ('for=192.0.2.1;host="a, for=9.9.9.9"', ["192.0.2.1"]),
        (r'for=192.0.2.1;host="a, for=\"9.9.9.9"', ["192.0.2.1"]),
        (r'for=192.0.2.1;host="a, for=\"9.9.9.9\""', ["192.0.2.1"]),
        (r'for=192.0.2.1;host="a\\", for=192.0.2.2', ["192.0.2.2", "192.0.2.1"]),
        (";for=192.0.2.1;", ["192.0.2.1"]),
        ("\tfor=192.0.2.1 ,  for=192.0.2.2\t", ["192.0.2.2", "192.0.2.1"]),
        ("proto=https", [None]),
        ("", [None]),
        ("for=192.0.2.1,", [None, "192.0.2.1"]),
        ("for=192.0.2.1;for=192.0.2.2", [None]),  # §4: no parameter twice
        ("for=192.0.2.1;FOR=192.0.2.1", [None]),
        ("for=[2001:db8::1]", [None]),
        ('for="2001:db8::1"', [None]),
        ("for=192.0.2.1:80", [None]),
        ("for = 192.0.2.1", [None]),
        ("for=192.0.2.1; proto=http", [None]),
        ("for='192.0.2.1'", [None]),
        ('for="192.0.2.1', [None]),
        ("for=192.0.2.1 for=192.0.2.2", [None]),
        ("192.0.2.1", [None]),
        ("for=example.org", [None]),
        ("for=\u0661\u0669\u0662.0.2.1", [None]),
    ],
)  # fmt: skip
def test_who_asked(field: str, nodes: list[str | None]) -> None:
    assert list(nodes_from_end(field)) == nodes


WRITTEN = [
    "for=192.0.2.1",
    'for="[2001:db8::1]";proto=http',
    'by=_b;for="192.0.2.1:80";host="a, b"',
]
"""What a proxy adds."""


@given(st.text('for="192.0.2.9", ;\\\t[]:_x'), st.sampled_from(WRITTEN))
def test_nothing_that_a_client_sends_hides_what_a_proxy_adds(sent: str, written: str) -> None:
    expected = "2001:db8::1" if "db8" in written else "192.0.2.1"
    assert next(nodes_from_end(f"{sent}, {written}")) == expected


@pytest.mark.parametrize(
    "sent", ["," * 1024, '",' * 512, 'a="\\,' * 200, ";,=" * 340, "a=a;" * 256]
)
def test_what_is_no_list_is_read_in_little_time(sent: str) -> None:
    began_s = time.thread_time()
    list(nodes_from_end(sent))
    list(nodes_from_end(sent + '"'))
    assert time.thread_time() - began_s < 0.1
