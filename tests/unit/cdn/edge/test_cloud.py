"""What is said of a CDN's edge, and texts in Terraform's language."""

import io
import json
from typing import Any

import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.edge.cloud import CloudEdge, CloudOrigin
from cdn.edge.hcl import Block, Expression, document, text
from cdn.errors import UnusableEdge

ORIGIN = CloudOrigin("origin.example.com", 443, is_tls=True)


@pytest.mark.parametrize(
    ("url", "host", "port", "is_tls"),
    [
        ("https://origin.example.com", "origin.example.com", 443, True),
        ("https://Origin.example.com/", "origin.example.com", 443, True),
        ("https://origin.example.com:8443", "origin.example.com", 8443, True),
        ("http://o.example.com", "o.example.com", 80, False),
        ("http://o.example.com:8080", "o.example.com", 8080, False),
    ],
)
def test_origins_are_read(url: str, host: str, port: int, is_tls: bool) -> None:  # noqa: FBT001
    assert CloudOrigin.read(url) == CloudOrigin(host, port, is_tls=is_tls)


@pytest.mark.parametrize(
    "url",
    [
        "origin.example.com",
        "ftp://origin.example.com",
        "https://origin.example.com/path",
        "https://user@origin.example.com",
        "https://10.0.0.1",
        "https://localhost",
        "https://origin.example.com:0",
        "https://origin.example.com:70000",
        'https://origin.example.com"',
        "https://origin.example.com\n",
        f"https://{'a.' * 130}example.com",
    ],
)
def test_what_is_no_origin_of_a_cdn_is_told(url: str) -> None:
    with pytest.raises(UnusableEdge):
        CloudOrigin.read(url)


@pytest.mark.parametrize(
    "host", ["localhost", "a b.example", 'x".example.com', "origin.example.com", "-a.example.com"]
)
def test_what_is_no_public_name_is_told(host: str) -> None:
    with pytest.raises(UnusableEdge):
        CloudEdge(host=host, origin=ORIGIN)


@given(st.text(alphabet='abc"\\{}\n\t€', max_size=30))
def test_a_text_is_read_as_it_was(said: str) -> None:
    read = hcl2.loads(document([Block("output", ("x",), [("value", said)])]))
    literal = read["output"][0]['"x"']["value"]
    assert json.loads(literal) == said


def test_a_text_is_no_template() -> None:
    """Terraform takes both for what they stand for; the reader here, not everywhere."""
    assert text('${var.x} %{ if } "') == '"$${var.x} %%{ if } \\""'


def test_everything_has_its_form() -> None:
    body: list[tuple[str, Any] | Block] = [
        ("a", 1),
        ("b", True),
        ("c", None),
        ("d", ["x", Expression("var.y")]),
        ("e", {"f": [], "g-h": {}}),
        Block("inner", (), []),
    ]
    read = hcl2.load(io.StringIO(document([Block("resource", ("kind", "name"), body)])))
    said = read["resource"][0]['"kind"']['"name"']
    assert (said["a"], said["b"], said["d"]) == (1, True, ['"x"', "${var.y}"])
    assert "c" not in said
    assert said["e"] == {"f": [], '"g-h"': {}}
    assert "inner" in said


def test_it_is_written_as_terraform_formats_it() -> None:
    """What spans lines, or is a block, ends a run."""
    body: list[tuple[str, Any] | Block] = [
        ("a", 1),
        ("long_name", None),
        ("b_c", "x"),
        ("list", [1]),
        ("d", {}),
        Block("inner", (), [("e", True)]),
        ("map", {"f": 1, "g_h": 2}),
    ]
    assert document([Block("resource", ("kind", "name"), body)]) == (
        'resource "kind" "name" {\n'
        "  a   = 1\n"
        '  b_c = "x"\n'
        "  list = [\n"
        "    1,\n"
        "  ]\n"
        "  d = {}\n"
        "  inner {\n"
        "    e = true\n"
        "  }\n"
        "  map = {\n"
        "    f   = 1\n"
        "    g_h = 2\n"
        "  }\n"
        "}\n"
    )
