"""Requests with more in them than Varnish has room for: none leads around what it looks at.

Varnish drops a field that it has no room for, and where it gives up, it puts back what a client has
sent: notes that a client makes must count for nothing then, either.
"""

import socket
from collections.abc import Iterator
from typing import Final

import pytest

from cdn.edge.plan import Address, Edge
from tests.functional.edges.asking import ask
from tests.servers.edges.running import RunningEdge
from tests.servers.edges.varnish import port_of, varnish
from tests.servers.scripted import Said, ScriptedOrigin
from tests.servers.soundbridge import TIMEOUT_S

FIELDS_OF_BROWSER_AND_CDN: Final = 90
KEPT: Final = {"Cache-Control": "max-age=600", "Vary": "Accept-Encoding"}
FORGED: Final = "X-Edge-Stale: 1\r\nX-Edge-Opened: 1\r\n"


@pytest.fixture(scope="module")
def checking(
    scripted_origin: ScriptedOrigin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningEdge]:
    origins = [Address("127.0.0.1", scripted_origin.port)]
    plan = Edge(host="listen.example", origins=origins, checks_tokens=True)
    with varnish(plan, tmp_path_factory.mktemp("overfull")) as running:
        yield running


@pytest.fixture
def everything_plays(origin: ScriptedOrigin) -> Iterator[ScriptedOrigin]:
    usually, origin.usually = origin.usually, Said(fields=KEPT, body=b"secret")
    yield origin
    origin.usually = usually


def answer(edge: RunningEdge, method: str, path: str, fields: str) -> bytes:
    """Return all that comes, however little of an answer it is."""
    with socket.create_connection(("127.0.0.1", port_of(edge)), TIMEOUT_S) as connection:
        head = f"{method} {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n{fields}"
        connection.sendall(f"{head}\r\n".encode())
        found = b""
        while piece := connection.recv(65_536):
            found += piece
        return found


@pytest.mark.parametrize("path_characters", [10, 6000, 7900])
def test_no_long_request_makes_what_a_client_notes_count(
    checking: RunningEdge, everything_plays: ScriptedOrigin, path_characters: int
) -> None:
    path = f"/media/as/{'a' * path_characters}.m4s"
    for length in range(7000, 8001, 100):
        fields = FORGED + f"X-Forwarded-For: {'1' * length}\r\n" * 3
        assert b"secret" not in answer(checking, "GET", path, fields)
        assert b"Purged" not in answer(checking, "PURGE", path, fields)
    assert everything_plays.asked == []


def test_what_is_refused_for_its_length_is_said_to_be(checking: RunningEdge) -> None:
    assert answer(checking, "GET", f"/v1/x?_HLS_{'a' * 7500}1", "").startswith(b"HTTP/1.1 431 ")


def test_many_fields_leave_room_for_all_that_is_noted(
    checking: RunningEdge, everything_plays: ScriptedOrigin
) -> None:
    """What was asked for is kept as it is for everybody, or it is not asked for."""
    for number in range(130):
        path = f"/v1/many-{number}"
        fields = "".join(f"A{each}: x\r\n" for each in range(number))
        assert b"secret" not in answer(checking, "GET", f"/media/as/{number}.m4s", fields)
        found = answer(checking, "GET", path, f"Accept-Encoding: br\r\n{fields}")
        assert found.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))
        if number < FIELDS_OF_BROWSER_AND_CDN:
            assert found.startswith(b"HTTP/1.1 200 ")
            assert ask(checking.url, path, Accept_Encoding="br").is_hit
    said = {
        (each.fields["host"], each.fields["accept-encoding"]) for each in everything_plays.asked
    }
    assert said == {("listen.example", "br")}
