"""What an edge passes on: who says who they are, what changes something, what comes bit by bit."""

import http.client
import socket
import threading
import time
from contextlib import closing
from typing import Final
from urllib.parse import urlsplit

import pytest

from cdn.policy.cross_origin import ON_EVERY_ANSWER, preflight_headers
from tests.functional.edges.asking import ask, send
from tests.functional.supervising import until
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin
from tests.servers.soundbridge import TIMEOUT_S

FOR_ALL: Final = {"Cache-Control": "public, max-age=0, s-maxage=600"}
WAITED_S: Final = 5
"""For that long, at least, does one wait who waits for another."""
PLAYS: Final = ("/a.m3u8", "/media/a/r1/128k/00001.m4s", "/growing/a/r1/128k/playlist.m3u8")


@pytest.mark.parametrize("field", ["Authorization", "Cookie"])
def test_who_says_who_they_are_is_answered_by_the_origin_alone(
    edge: RunningEdge, origin: ScriptedOrigin, field: str
) -> None:
    path = f"/v1/tracks/of-{field.lower()}"
    origin.says[path] = Said(fields=FOR_ALL, body=b"for all")
    assert ask(edge.url, path).body == b"for all"
    origin.says[path] = Said(fields=FOR_ALL, body=b"for ann")
    assert ask(edge.url, path, **{field: "ann"}).body == b"for ann"
    assert origin.fetches(path)[-1].fields[field.lower()] == "ann"
    assert ask(edge.url, path).body == b"for all"


def test_nobody_waits_for_another_where_nothing_may_be_kept(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    held = threading.Event()
    origin.says["/v1/me"] = Said(401, {"Cache-Control": "private, no-store"})
    assert ask(edge.url, "/v1/me").status == 401
    origin.says["/v1/me"] = Said(401, {"Cache-Control": "private, no-store"}, held=held)
    asking = [threading.Thread(target=ask, args=(edge.url, "/v1/me")) for _ in range(3)]
    begun_s = time.monotonic()
    for each in asking:
        each.start()
    try:
        until(lambda: len(origin.fetches("/v1/me")) == 4)
        assert time.monotonic() - begun_s < WAITED_S
    finally:
        held.set()
        for each in asking:
            each.join()


@pytest.mark.parametrize("path", PLAYS)
def test_credentials_are_of_no_use_where_nothing_looks_at_them(
    edge: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    origin.says[path] = Said(fields={"Cache-Control": "max-age=600"})
    ask(edge.url, path, Cookie="who=ann", Authorization="Bearer x")
    assert ask(edge.url, path).is_hit
    assert not {"cookie", "authorization"} & set(origin.fetches(path)[0].fields)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_changes_something_is_passed_on_as_it_came(
    edge: RunningEdge, origin: ScriptedOrigin, method: str
) -> None:
    path = f"/v1/tracks/{method}"
    origin.says[path] = Said(fields=FOR_ALL)
    for _ in range(2):
        body = b"x" * 100_000
        assert send(edge.url, f"{path}?CMCD=1", body, method=method, Host="a.b").status == 200
    asked = origin.fetches(path)
    assert [(each.method, each.target, len(each.body)) for each in asked] == [
        (method, f"{path}?CMCD=1", 100_000)
    ] * 2
    assert asked[0].fields["host"] == "a.b"
    assert "forwarded" not in asked[0].fields


def test_who_names_no_host_is_answered_too(edge: RunningEdge, origin: ScriptedOrigin) -> None:
    """As load balancers ask for ``/healthz``, by HTTP/1.0."""
    origin.says["/healthz"] = Said(fields={"Cache-Control": "no-store"})
    address = urlsplit(edge.url)
    with socket.create_connection((str(address.hostname), address.port), TIMEOUT_S) as client:
        client.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert client.recv(65_536).split(b" ", 2)[1] == b"200"
    assert origin.fetches("/healthz")[0].fields["host"] == "listen.example"


def test_an_upload_reaches_the_origin_as_it_comes(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = "/v1/uploads/one"
    origin.says[path] = Said(204, body=b"")
    address = urlsplit(edge.url)
    with closing(http.client.HTTPConnection(str(address.hostname), address.port)) as connection:
        connection.timeout = TIMEOUT_S
        connection.putrequest("PATCH", path)
        connection.putheader("Content-Length", "3000000000")  # more than any limit of nginx's own
        connection.endheaders(b"y" * 50_000)
        until(lambda: origin.fetches(path) and len(origin.fetches(path)[0].body) == 50_000)


@pytest.mark.parametrize("fields", [{}, {"Cookie": "who=ann"}], ids=["anybody", "known"])
def test_events_come_as_they_are_sent(
    edge: RunningEdge, origin: ScriptedOrigin, fields: dict[str, str]
) -> None:
    pieces = threading.Semaphore(0)
    said = {
        "Cache-Control": "no-store",
        "Content-Type": "text/event-stream",
        "X-Accel-Buffering": "no",
    }
    origin.says["/v1/assets/events"] = Said(fields=said, body=b"", pieces=pieces)
    address = urlsplit(edge.url)
    with closing(http.client.HTTPConnection(str(address.hostname), address.port)) as connection:
        connection.timeout = TIMEOUT_S
        asking = fields | {"Accept": "text/event-stream"}  # as every EventSource does
        connection.request("GET", "/v1/assets/events", headers=asking)
        pieces.release()
        response = connection.getresponse()
        assert response.readline() == b"piece\n"
        pieces.release()
        assert response.readline() == b"piece\n"
        response.close()


@pytest.mark.parametrize("path", [*PLAYS, "/t/a.b.c/a.m3u8", "/t/a.b.c/media/a/r1/0.m4s"])
def test_a_preflight_of_what_plays_needs_no_origin(
    edge: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    found = ask(
        edge.url,
        path,
        method="OPTIONS",
        Origin="https://a.example",
        Access_Control_Request_Method="GET",
        Access_Control_Request_Headers="cmcd-session,range",
    )
    assert found.status == 204
    wanted = preflight_headers("GET, HEAD, OPTIONS") | ON_EVERY_ANSWER
    assert {name: found.fields.get(name.lower()) for name in wanted} == wanted
    assert origin.asked == []


def test_a_preflight_of_the_api_is_the_origins(edge: RunningEdge, origin: ScriptedOrigin) -> None:
    origin.says["/v1/tracks"] = Said(204, {"Allow": "GET, POST"}, b"")
    assert ask(edge.url, "/v1/tracks", method="OPTIONS").fields["allow"] == "GET, POST"


def test_players_elsewhere_can_read_what_the_edge_says_by_itself(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    origin.is_down = True
    found = ask(edge.url, "/media/never/r1/asked.m4s", Origin="https://a.example")
    assert found.status in {502, 503, 504}
    assert found.fields["cache-control"] == "no-store"
    assert {found.fields.get(name.lower()) for name in ON_EVERY_ANSWER} == {
        *ON_EVERY_ANSWER.values()
    }


def test_what_the_origin_says_of_other_sites_is_said_once(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = "/media/said/r1/once.m4s"
    fields = {**ON_EVERY_ANSWER, "Cache-Control": "public, max-age=600"}
    origin.says[path] = Said(fields=fields)
    for _ in range(2):
        found = ask(edge.url, path)
        assert {name: found.fields[name.lower()] for name in fields} == fields


def test_the_date_is_the_copys_own(edge: RunningEdge, origin: ScriptedOrigin) -> None:
    """By it, or by ``Age``, browsers know how old a copy is."""
    path = "/dated.m3u8"
    date = "Mon, 05 Jan 2026 10:00:00 GMT"
    origin.says[path] = Said(fields={"Cache-Control": "max-age=600", "Date": date})
    for _ in range(2):
        found = ask(edge.url, path).fields
        assert found["date"] == date or int(found.get("age", "0")) > 0


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/"])
def test_what_is_never_kept_is_asked_for_each_time(
    edge: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    origin.says[path] = Said(fields={"Cache-Control": "public, max-age=0, must-revalidate"})
    assert [ask(edge.url, path).status for _ in range(2)] == [200, 200]
    assert len(origin.fetches(path)) == 2


def test_under_a_token_that_the_edge_does_not_check_nothing_is_kept(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = "/t/a.b.c/media/a/r1/token.m4s"
    origin.says[path] = Said(fields={"Cache-Control": "private, max-age=600"})
    assert [ask(edge.url, path).status for _ in range(2)] == [200, 200]
    assert [each.target for each in origin.asked] == [path, path]
