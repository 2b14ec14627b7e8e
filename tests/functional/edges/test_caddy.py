"""What Caddy does in front of origins: it keeps nothing, passes everything on, and balances."""

import http.client
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

import pytest

from cdn.edge.caddy.configuration import NAME
from cdn.edge.plan import Address, Certificate, Edge
from cdn.policy.cross_origin import ON_EVERY_ANSWER
from origin.defence.deadlines import Deadlines
from tests.functional.edges.asking import ask, send
from tests.functional.edges.certificates import certificate
from tests.functional.supervising import until
from tests.servers.edges.caddy import CADDY, LOG, caddy
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin, scripted
from tests.servers.soundbridge import TIMEOUT_S, soundbridge_here

SEGMENT: Final = "/media/a/r1/128k/00001.m4s"
HOST: Final = "localhost"


@pytest.fixture(scope="module")
def passing(
    scripted_origin: ScriptedOrigin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RunningEdge, ssl.SSLContext]]:
    """One with a certificate, and what a client trusts."""
    folder = tmp_path_factory.mktemp("caddy")
    chain, key = certificate(folder, HOST)
    edge = Edge(
        host=HOST,
        origins=[Address("127.0.0.1", scripted_origin.port)],
        certificate=Certificate(str(chain), str(key)),
    )
    with caddy(edge, folder / "caddy") as running:
        yield running, ssl.create_default_context(cafile=chain)


@pytest.fixture(scope="module")
def plain(
    scripted_origin: ScriptedOrigin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningEdge]:
    edge = Edge(host=HOST, origins=[Address("127.0.0.1", scripted_origin.port)])
    with caddy(edge, tmp_path_factory.mktemp("plain")) as running:
        yield running


def test_every_request_is_the_origins(plain: RunningEdge, origin: ScriptedOrigin) -> None:
    fields = {"Cache-Control": "public, max-age=600", "Content-Encoding": "br", "ETag": '"a"'}
    origin.says[SEGMENT] = Said(fields=fields, body=b"coded")
    for _ in range(2):
        found = ask(
            plain.url,
            f"{SEGMENT}?CMCD=x%2F",
            Host="other.example",
            Cookie="who=ann",
            Range="bytes=0-1",
            Forwarded="for=1.2.3.4",
            X_Forwarded_For="1.2.3.4",
            X_Request_Id="mine",
        )
        assert (found.status, found.body) == (200, b"coded")
        assert fields.items() <= {n.title(): v for n, v in found.fields.items()}.items() | {
            ("ETag", found.fields["etag"])
        }
    asked = origin.fetches(SEGMENT)
    assert [each.target for each in asked] == [f"{SEGMENT}?CMCD=x%2F"] * 2
    came = asked[0].fields
    assert (came["host"], came["cookie"], came["range"]) == (
        "other.example",
        "who=ann",
        "bytes=0-1",
    )
    assert (came["x-forwarded-for"], came["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert not {"forwarded", "x-request-id", "accept-encoding"} & set(came)


@pytest.mark.parametrize(
    "path", ["/medi%61/a/r1/1.m4s", "//media/a/1.m4s", "/x/../a.m3u8", "/?a=%2F&&b"]
)
def test_addresses_are_passed_on_as_they_were_sent(
    plain: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    ask(plain.url, path)
    assert [each.target for each in origin.asked] == [path]


@pytest.mark.parametrize(
    ("method", "path"), [("PURGE", "/"), ("BAN", "/"), ("GET", "/opens/a.b.c/play/x")]
)
def test_what_is_between_caches_and_origins_is_nobody_elses(
    plain: RunningEdge, origin: ScriptedOrigin, method: str, path: str
) -> None:
    refused = ask(plain.url, path, method=method)
    assert refused.status == (404 if method == "GET" else 405)
    assert "QUERY" in refused.fields.get("allow", "") or method == "GET"  # RFC 9110 §15.5.6
    assert origin.asked == []


def test_nor_is_it_where_roles_are_apart(tmp_path: Path) -> None:
    with caddy(Edge(host=HOST, origins=[Address("127.0.0.1", 1)], parts=True), tmp_path) as edge:
        assert ask(edge.url, "/", method="PURGE").status == 405
        assert ask(edge.url, "/v1/me", method="PURGE").status == 405
        assert ask(edge.url, "/opens/a.b.c/play/x").status == 404


def test_nobody_is_handed_through(plain: RunningEdge, origin: ScriptedOrigin) -> None:
    """Whoever is upgraded to HTTP/2 behind Caddy asks there for what Caddy refuses."""
    origin.says["/v1/up"] = Said(fields={"Cache-Control": "no-store"})
    ask(plain.url, "/v1/up", Connection="Upgrade", Upgrade="h2c", HTTP2_Settings="AAMAAABk")
    (asked,) = origin.fetches("/v1/up")
    assert not {"upgrade", "http2-settings"} & asked.fields.keys()


def test_an_upload_reaches_the_origin_as_it_comes(
    plain: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = "/v1/uploads/one"
    origin.says[path] = Said(204, body=b"")
    with closing(http.client.HTTPConnection(plain.url.removeprefix("http://"))) as connection:
        connection.timeout = TIMEOUT_S
        connection.putrequest("PATCH", path)
        connection.putheader("Content-Length", "3000000000")
        connection.endheaders(b"y" * 50_000)
        until(lambda: origin.fetches(path) and len(origin.fetches(path)[0].body) == 50_000)


def test_events_come_as_they_are_sent(plain: RunningEdge, origin: ScriptedOrigin) -> None:
    pieces = threading.Semaphore(0)
    said = {"Cache-Control": "no-store", "Content-Type": "text/event-stream"}
    origin.says["/v1/assets/events"] = Said(fields=said, body=b"", pieces=pieces)
    with closing(http.client.HTTPConnection(plain.url.removeprefix("http://"))) as connection:
        connection.timeout = TIMEOUT_S
        connection.request("GET", "/v1/assets/events")
        with connection.getresponse() as response:
            for _ in range(2):
                pieces.release()
                assert response.readline() == b"piece\n"


def test_what_changes_something_is_not_asked_for_twice(
    plain: RunningEdge, origin: ScriptedOrigin
) -> None:
    origin.says["/v1/once"] = Said(503, {"Cache-Control": "no-store"})
    assert send(plain.url, "/v1/once", b"x", method="POST").status == 503
    assert len(origin.fetches("/v1/once")) == 1
    refused, origin.is_down = origin.refused, True
    assert send(plain.url, "/v1/once", None, method="DELETE").status in {502, 503}
    assert origin.refused == refused + 1


def test_content_that_breaks_off_is_no_failure_of_an_origin(
    tmp_path: Path, origin: ScriptedOrigin
) -> None:
    """Else a few uploads that do, by chance or on purpose, have all origins left alone."""
    upload = b"POST /v1/plays HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    held = threading.Event()
    with scripted() as other, ExitStack() as running:
        running.callback(held.set)
        for each in (origin, other):
            each.says |= {SEGMENT: Said(), "/v1/plays": Said(held=held)}
        origins = [Address("127.0.0.1", each.port) for each in (origin, other)]
        edge = running.enter_context(caddy(Edge(host=HOST, origins=origins), tmp_path))
        address = ("127.0.0.1", int(edge.url.rpartition(":")[2]))
        for _ in range(6):
            with socket.create_connection(address, TIMEOUT_S) as client:
                client.sendall(upload + b"5\r\nhello\r\nno length\r\n")
                assert b" 502 " in client.recv(100)
        assert ask(edge.url, SEGMENT).status == 200


def test_players_elsewhere_can_read_what_caddy_says_by_itself(
    plain: RunningEdge, origin: ScriptedOrigin
) -> None:
    origin.is_down = True
    found = ask(plain.url, SEGMENT, Origin="https://a.example")
    assert found.status in {502, 503, 504}
    assert found.fields["cache-control"] == "no-store"
    assert found.fields["content-type"] == "application/problem+json"
    assert f'"status": {found.status}'.encode() in found.body
    assert {found.fields[name.lower()] for name in ON_EVERY_ANSWER} == {*ON_EVERY_ANSWER.values()}


def test_it_is_asked_over_tls(
    passing: tuple[RunningEdge, ssl.SSLContext], origin: ScriptedOrigin
) -> None:
    edge, trusted = passing
    origin.says[SEGMENT] = Said()
    secure = http.client.HTTPSConnection(HOST, edge.ports["https"], context=trusted)
    with closing(secure):
        secure.timeout = TIMEOUT_S
        for host in (HOST, f"{HOST}.", "another.example"):
            secure.request("GET", SEGMENT, headers={"Host": host})
            response = secure.getresponse()
            assert response.read() == b"said", host
            assert 'h3=":' in response.headers["Alt-Svc"]
    assert origin.fetches(SEGMENT)[0].fields["x-forwarded-proto"] == "https"
    redirected = ask(edge.url, "/a.m3u8", Host=HOST)
    assert redirected.status in {301, 308}
    assert redirected.fields["location"].startswith("https://")


def test_it_speaks_http_2(
    passing: tuple[RunningEdge, ssl.SSLContext], origin: ScriptedOrigin, tmp_path: Path
) -> None:
    edge, _ = passing
    origin.says[SEGMENT] = Said()
    url = f"https://{HOST}:{edge.ports['https']}{SEGMENT}"
    done = subprocess.run(
        ["curl", "--http2", "-ksS", "-o", tmp_path / "body", "-w", "%{http_version}", url],
        capture_output=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert done.stdout == b"2", done.stderr


def test_no_token_is_logged(tmp_path: Path, scripted_origin: ScriptedOrigin) -> None:
    """Each request has a line: it tells where it was, and not by which token."""
    edge = Edge(host=HOST, origins=[Address("127.0.0.1", scripted_origin.port)])
    with caddy(edge, tmp_path) as running:
        for scheme_and_host in ("", "http://localhost", "/"):
            path = f"{scheme_and_host}/t/se.cr.et{SEGMENT}?q=private"
            assert ask(running.url, path).status == 404
    said = (tmp_path / LOG).read_text()
    assert f"/t/-{SEGMENT}-" in said
    assert "se.cr.et" not in said
    assert "private" not in said


@pytest.mark.parametrize(
    "options", [(), ("--tls", "internal"), ("--host", "play.example"), ("--roles",)], ids=str
)
def test_caddy_takes_what_is_written(tmp_path: Path, options: tuple[str, ...]) -> None:
    origins = ("--origin", "127.0.0.1", "--origin", "[::1]:8081")
    done = soundbridge_here("edge", "caddy", "--into", tmp_path, *origins, *options)
    assert done.returncode == 0, done.stderr
    assert _is_taken(tmp_path)
    formatted = subprocess.run(
        [CADDY, "fmt", tmp_path / NAME], capture_output=True, check=False, timeout=TIMEOUT_S
    )
    assert formatted.stdout == (tmp_path / NAME).read_bytes()


def _is_taken(folder: Path) -> bool:
    command = [str(CADDY), "validate", "--adapter", "caddyfile", "--config", str(folder / NAME)]
    return subprocess.run(command, check=False, timeout=TIMEOUT_S).returncode == 0


def test_no_connection_is_kept_until_the_origin_closes_it() -> None:
    """Else what changes something, which is not asked for twice, is lost now and then."""
    text = soundbridge_here("edge", "caddy").stdout
    found = re.search(r"\bkeepalive (\d+)s\n", text)
    assert found is not None
    assert int(found[1]) < Deadlines().idle_s


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--check-tokens",), "the origins look at tokens"),
        (("--purge-from", "10.0.0.0/8"), "nobody purges it"),
        (
            ("--host", "a.b", "--certificate", "k.pem", "--certificate-key", "/k"),
            "no absolute path",
        ),
        (("--listen", "here"), "no address to listen at"),
        (("--listen", "300.0.0.1"), "is no address"),
        (("--listen", "1:2"), "is no address"),
        (("--http-port", "443"), "two numbers"),
    ],
)
def test_what_caddy_cannot_be_is_said(options: tuple[str, ...], said: str) -> None:
    done = soundbridge_here("edge", "caddy", *options)
    assert done.returncode == 2
    assert said in done.stderr


def test_help_tells_of_nothing_that_is_refused() -> None:
    told = soundbridge_here("edge", "caddy", "--help").stdout
    assert "--certificate " in told
    assert re.search("--check-tokens|--purge-from", told) is None
