"""Who may purge Varnish, by addresses and by tags, in both ways of finding them."""

import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from cdn.edge.plan import Address, Edge
from cdn.edge.varnish.purge import Tags
from tests.functional.edges.asking import ask
from tests.functional.edges.varnish.own import kept, plan
from tests.servers.edges.caddy import caddy
from tests.servers.edges.running import RunningEdge
from tests.servers.edges.varnish import port_of, purge_status, varnish
from tests.servers.scripted import Said, ScriptedOrigin
from tests.servers.seaweedfs import free_ports
from tests.servers.soundbridge import TIMEOUT_S

SECRET: Final = "a-secret-of-purgers"  # noqa: S105 of a test


def test_what_is_not_kept_needs_no_purge(edge: RunningEdge, origin: ScriptedOrigin) -> None:
    for path in ("/healthz", "/medi%61/a.m4s", "/t/a.b.c/a.m3u8"):
        assert purge_status(port_of(edge), path) == 200
    assert origin.asked == []


@pytest.mark.long_if("bans")
@pytest.mark.parametrize("tags", list(Tags))
def test_purges_by_address_and_by_tag(tmp_path: Path, origin: ScriptedOrigin, tags: Tags) -> None:
    in_two_lines = "class-x\r\nSurrogate-Key: asset-b"
    pages = {"/a.json": "class-x asset-a", "/b.json": in_two_lines, "/c.json": "asset-ab"}
    for path, said in pages.items():
        origin.says[path] = Said(fields=kept(Surrogate_Key=said))
    with varnish(plan(origin, purge_secret=SECRET), tmp_path, tags) as edge:

        def gone(path: str = "/", **fields: str) -> set[str]:
            for each in pages:
                ask(edge.url, each)
            assert purge_status(port_of(edge), path, X_Purge_Secret=SECRET, **fields) == 200
            return {each for each in pages if not ask(edge.url, each).is_hit}

        assert gone("/a.json?CMCD=x") == {"/a.json"}
        assert gone(Xkey_Purge="asset-a") == {"/a.json"}
        assert gone(Xkey_Purge="class-x") == {"/a.json", "/b.json"}
        assert gone(Xkey_Purge="asset-b asset-ab") == {"/b.json", "/c.json"}
        assert gone(Xkey_Softpurge="asset-a asset-ab") == {"/a.json", "/c.json"}
        assert gone(Xkey_Purge="nobody") == set()
        _is_refused(port_of(edge), {"Xkey_Purge": "class-x"})
        assert all(ask(edge.url, each).is_hit for each in pages)


def _is_refused(port: int, asked: Mapping[str, str]) -> None:
    for odd in ('x" && obj.http.x ~ "', "a|b", "a  b", ".*", "a,b"):
        assert purge_status(port, "/", X_Purge_Secret=SECRET, Xkey_Purge=odd) == 400
    assert purge_status(port, "/", **asked) == 403
    assert purge_status(port, "/", X_Purge_Secret=SECRET[:-1], **asked) == 403
    by_a_proxy = {"X_Purge_Secret": SECRET, "X_Forwarded_For": "127.0.0.1"}
    assert purge_status(port, "/", **by_a_proxy, **asked) == 403


@pytest.mark.long
def test_who_is_not_named_cannot_purge(tmp_path: Path, origin: ScriptedOrigin) -> None:
    with varnish(plan(origin, purges_from=("10.1.0.0/16", "::1")), tmp_path) as edge:
        assert purge_status(port_of(edge), "/a.json") == 403
    assert origin.asked == []


@pytest.mark.long
def test_who_speaks_for_others_by_the_proxy_protocol_is_believed(
    tmp_path: Path, scripted_origin: ScriptedOrigin, origin: ScriptedOrigin
) -> None:
    """So it is the client's own address that may purge, or may not."""
    (port,) = free_ports(1)
    listening = ("-a", f"127.0.0.1:{port},PROXY")
    with varnish(plan(scripted_origin), tmp_path, parameters=listening):
        for client, purged in (("127.0.0.1", b"200"), ("192.0.2.7", b"403")):
            assert _status(port, client, b"PURGE /a.json") == purged
        origin.says["/v1/a"] = Said(fields={"Cache-Control": "no-store"})
        assert _status(port, "192.0.2.7", b"GET /v1/a") == b"200"
        terminated = [
            "curl",
            "--haproxy-protocol",
            "--http2-prior-knowledge",
            "-sS",
            "-o",
            "/dev/null",
        ]
        done = subprocess.run(
            [*terminated, "-w", "%{http_version} %{http_code}", f"http://127.0.0.1:{port}/v1/a"],
            capture_output=True,
            check=False,
            timeout=TIMEOUT_S,
        )
        assert done.stdout == b"2 200", done.stderr
    assert origin.fetches("/v1/a")[0].fields["x-forwarded-for"] == "192.0.2.7"


def _status(port: int, client: str, asked: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as connection:
        connection.sendall(f"PROXY TCP4 {client} 127.0.0.1 5000 443\r\n".encode())
        connection.sendall(asked + b" HTTP/1.1\r\nHost: a.example\r\n\r\n")
        return connection.recv(65_536).split(b" ", 2)[1]


def test_behind_caddy_nobody_purges_and_tls_is_told(
    edge: RunningEdge, origin: ScriptedOrigin, path: str, tmp_path: Path
) -> None:
    origin.says[path] = Said(fields=kept(Surrogate_Key="behind"))
    in_front = Edge(host="localhost", origins=[Address("127.0.0.1", port_of(edge))])
    with caddy(in_front, tmp_path) as front:
        assert [ask(front.url, path).is_hit for _ in range(2)] == [False, True]
        assert ask(front.url, "/", method="PURGE", Xkey_Purge="behind").status == 405
        upgrade = {"Connection": "Upgrade", "Upgrade": "h2c", "HTTP2_Settings": "AAMAAABk"}
        assert ask(front.url, path, **upgrade).is_hit, "101 would lead past Caddy"
        assert ask(front.url, path).is_hit
        ask(front.url, "/v1/who", Cookie="a=b")
    assert origin.fetches("/v1/who")[0].fields["x-forwarded-for"] == "127.0.0.1, 127.0.0.1"


def test_nobody_purges_by_http_2(edge: RunningEdge, origin: ScriptedOrigin, path: str) -> None:
    """A proxy that lets a client go on to it by an upgrade (h2c) does not name that client."""
    origin.says[path] = Said(fields=kept())
    ask(edge.url, path)
    command = ["curl", "-sS", "--http2-prior-knowledge", "-X", "PURGE", "-o", "/dev/null"]
    command += ["-w", "%{http_version} %{http_code}", f"{edge.url}{path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    assert done.stdout == "2 403"
    assert ask(edge.url, path).is_hit
