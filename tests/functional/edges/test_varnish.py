"""What is Varnish's own: who may purge, by tags and in two ways; what is stale; its parameters."""

import gzip
import re
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from cdn.edge.plan import Address, Edge
from cdn.edge.varnish.purge import Tags
from tests.functional.edges.asking import ask, ask_at_once, send
from tests.functional.supervising import until
from tests.servers.edges.caddy import caddy
from tests.servers.edges.running import RunningEdge
from tests.servers.edges.varnish import port_of, purge_status, varnish
from tests.servers.scripted import Said, ScriptedOrigin, scripted
from tests.servers.seaweedfs import free_ports
from tests.servers.soundbridge import TIMEOUT_S, soundbridge_here

HOST: Final = "listen.example"
SECRET: Final = "a-secret-of-purgers"  # noqa: S105 of a test
NUMBERS: Final = count()
LOOKED_AFTER_S: Final = 4.0
"""Who looks each second has failed to find one ready twice by then."""
AHEAD_S: Final = 25.0
"""Less than the 30 s that hls.js has ahead."""
FILLING: Final = 1500
"""As many small copies are more than a megabyte."""


def plan(origin: ScriptedOrigin, **more: object) -> Edge:
    origins = [Address("127.0.0.1", origin.port)]
    return Edge(host=HOST, origins=origins, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def caching_kind() -> str:
    """No other one is asked here."""
    return "varnish"


@pytest.fixture
def path() -> str:
    """Where nobody has asked for anything."""
    return f"/own-{next(NUMBERS)}.json"


def kept(directives: str = "max-age=60", **more: str) -> dict[str, str]:
    fields = {name.replace("_", "-"): value for name, value in more.items()}
    return {"Cache-Control": directives, "ETag": '"one"'} | fields


@pytest.mark.parametrize(
    ("said", "is_kept"),
    [
        ({"Cache-Control": "max-age=60"}, True),
        ({"Cache-Control": "max-age=60, s-maxage=0"}, False),
        ({"Cache-Control": "PRIVATE, max-age=60"}, False),
        ({"Cache-Control": "max-age=60,no-store"}, False),
        ({"Cache-Control": "max-age=60,\tprivate"}, False),
        ({"Cache-Control": "public,\tno-store,\tmax-age=60"}, False),
        ({"Cache-Control": "public,\tmax-age=60"}, True),
        ({"Cache-Control": "no-cache, max-age=60"}, False),
        ({"Cache-Control": "max-age=60", "Age": "59"}, True),
        ({"Cache-Control": "max-age=60", "Age": "60"}, False),
        ({"Cache-Control": "private", "CDN-Cache-Control": "max-age=60"}, True),
        ({"Cache-Control": "max-age=60", "CDN-Cache-Control": "no-store"}, False),
        ({"Cache-Control": "max-age=0", "Surrogate-Control": "max-age=60"}, True),
        ({"CDN-Cache-Control": "no-store", "Surrogate-Control": "max-age=60"}, False),
        ({"CDN-Cache-Control": "max-age=60", "Surrogate-Control": "no-store"}, True),
        ({"Expires": "Fri, 01 Jan 2038 00:00:00 GMT"}, True),
        ({"Expires": "Fri, 01 Jan 2021 00:00:00 GMT"}, False),
        ({"Cache-Control": "no-store", "Expires": "Fri, 01 Jan 2038 00:00:00 GMT"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_which_field_decides_whether_it_is_kept(
    edge: RunningEdge, origin: ScriptedOrigin, path: str, said: dict[str, str], *, is_kept: bool
) -> None:
    origin.says[path] = Said(fields=said)
    assert [ask(edge.url, path).is_hit for _ in range(3)] == [False, is_kept, is_kept]
    assert len(origin.fetches(path)) == (1 if is_kept else 3)


def aged(edge: RunningEdge, origin: ScriptedOrigin, path: str, directives: str) -> None:
    """Have a copy there that ceases to be fresh at this moment."""
    tag = path.strip("/").replace(".", "-")
    origin.says[path] = Said(fields=kept(directives, Surrogate_Key=tag), body=b"old")
    assert ask(edge.url, path).body == b"old"
    assert purge_status(port_of(edge), "/", Xkey_Softpurge=tag) == 200
    new = kept(directives, Surrogate_Key=tag, ETag='"two"')
    origin.says[path] = Said(fields=new, body=b"new")


def test_a_soft_purge_leaves_a_copy_for_as_long_as_it_is_renewed(
    edge: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    aged(edge, origin, path, "max-age=60, stale-while-revalidate=60")
    stale = ask(edge.url, path)
    assert stale.body == b"old"
    assert stale.edge.startswith("varnish; hit; ttl=")
    until(lambda: ask(edge.url, path).body == b"new")


@pytest.mark.parametrize("directives", ["max-age=60", "max-age=60, stale-if-error=60"])
def test_else_it_is_not_given_where_there_is_a_new_one(
    edge: RunningEdge, origin: ScriptedOrigin, path: str, directives: str
) -> None:
    aged(edge, origin, path, directives)
    assert ask(edge.url, path).body == b"new"
    assert ask(edge.url, path).is_hit


def test_those_who_ask_together_for_what_fails_are_all_given_the_stale_copy(
    edge: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    """And none of them waits for the failures of others: one after the other, they take 20 s."""
    aged(edge, origin, path, "max-age=60, stale-if-error=60")
    origin.says[path] = Said(503, {"Cache-Control": "no-store"}, after_s=0.25)
    begun_s = time.monotonic()
    assert {each.body for each in ask_at_once(edge.url, path, 40)} == {b"old"}
    assert time.monotonic() - begun_s < 10


def test_what_has_just_failed_is_not_asked_for_once_more_behind_who_is_given_the_copy(
    edge: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    aged(edge, origin, path, "max-age=60, stale-if-error=60")
    before = len(origin.fetches(path))
    origin.says[path] = Said(503, {"Cache-Control": "no-store"})
    for _ in range(5):
        assert ask(edge.url, path).body == b"old"
    assert len(origin.fetches(path)) - before == 5 * 2, "each is tried twice"


@pytest.mark.long
def test_a_stale_copy_is_given_while_all_origins_are_sick_if_it_may_be(tmp_path: Path) -> None:
    with ExitStack() as running:
        with scripted() as dying:
            edge = running.enter_context(varnish(plan(dying), tmp_path))
            aged(edge, dying, "/may.json", "max-age=60, stale-if-error=60")
            aged(edge, dying, "/may-not.json", "max-age=60")
        until(lambda: b"sick" in _health(tmp_path))
        for _ in range(2):
            stale = ask(edge.url, "/may.json")
            assert (stale.status, stale.body, stale.is_hit) == (200, b"old", True)
            assert int(stale.fields["age"]) >= 0
            assert ask(edge.url, "/may-not.json").status == 503


def _health(folder: Path) -> bytes:
    command = ["varnishadm", "-n", str(folder / "varnish"), "backend.list"]
    return subprocess.run(command, capture_output=True, check=True, timeout=TIMEOUT_S).stdout


def test_those_who_ask_for_what_is_not_kept_do_not_wait_for_each_other(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = f"/v1/slow-{next(NUMBERS)}"
    origin.says[path] = Said(fields={"Cache-Control": "private, no-store"}, after_s=0.25)
    ask(edge.url, path)
    begun_s = time.monotonic()
    ask_at_once(edge.url, path, 60)
    assert time.monotonic() - begun_s < 10  # one after the other, they take 15 s


@pytest.mark.parametrize("directives", ["max-age=60, s-maxage=86400", "max-age=86400"])
def test_how_old_a_copy_is_told_whatever_a_browser_may_keep(
    edge: RunningEdge, origin: ScriptedOrigin, path: str, directives: str
) -> None:
    """RFC 9111 §4, §5.1."""
    origin.says[path] = Said(fields={"Cache-Control": directives, "Age": "100"})
    for _ in range(2):
        found = ask(edge.url, path).fields
        assert int(found["age"]) in range(100, 190)
        assert found["cache-control"] == directives


@pytest.mark.long
def test_so_is_who_has_a_token(
    scripted_origin: ScriptedOrigin, origin: ScriptedOrigin, tmp_path: Path
) -> None:
    opens = Said(204, {"Cache-Control": "max-age=60"}, b"")
    origin.says["/opens/a.b.c/play/aged"] = opens
    origin.says["/aged.m3u8"] = Said(fields=kept("max-age=60, s-maxage=86400", Age="100"))
    with varnish(plan(scripted_origin, checks_tokens=True), tmp_path) as checking:
        for _ in range(2):
            found = ask(checking.url, "/t/a.b.c/aged.m3u8").fields
            assert found["cache-control"] == "private, max-age=60"
            assert int(found["age"]) in range(100, 190)


def test_what_was_cut_is_asked_for_again_before_anybody_gets_a_part(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    path, whole = f"/media/cut/r{next(NUMBERS)}/128k/1.m4s", Said(fields=kept(), body=bytes(99_999))
    origin.says[path] = Said(fields=kept(), body=whole.body, cut_at=50_000, then=whole)
    found = ask(edge.url, path)
    assert (found.status, found.body) == (200, whole.body)
    assert len(origin.fetches(path)) == 2


@pytest.mark.parametrize(
    ("method", "range_", "status"),
    [
        ("GET", "bytes=0-1", 206),
        ("GET", "Bytes=2-", 206),
        ("GET", "bytes=0-1,3-4", 200),
        ("GET", "items=0-1", 200),
        ("GET", "bytes=0-99999999999999999999", 200),
        ("GET", "bytes=", 200),
        ("GET", "bytes=4-", 416),
        ("HEAD", "bytes=0-1", 200),
    ],
)
def test_what_cannot_be_cut_is_given_whole(
    edge: RunningEdge, origin: ScriptedOrigin, path: str, *, method: str, range_: str, status: int
) -> None:
    """RFC 9110 section 14.2: units that are not known are ignored, and so is Range but for GET."""
    origin.says[path] = Said(fields=kept())
    assert [ask(edge.url, path, method=method, Range=range_).status for _ in range(2)] == [
        status
    ] * 2


@pytest.mark.long
def test_a_segment_takes_the_room_of_hundreds_of_small_copies(
    tmp_path: Path, origin: ScriptedOrigin, scripted_origin: ScriptedOrigin
) -> None:
    big = "/media/a/r1/big.m4s"
    for number in range(FILLING):
        origin.says[f"/small-{number}.json"] = Said(fields=kept(), body=bytes(500))
    origin.says[big] = Said(fields=kept(), body=bytes(250_000))
    with varnish(plan(scripted_origin), tmp_path, storage="1M") as edge:
        for number in range(FILLING):
            assert ask(edge.url, f"/small-{number}.json").status == 200
        assert not ask(edge.url, "/small-0.json").is_hit, "it is full"
        found = [ask(edge.url, big) for _ in range(2)]
        assert [(each.status, each.is_hit) for each in found] == [(200, False), (200, True)]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("/v1/search?q={}", Said(fields=kept("max-age=0, s-maxage=30"), body=bytes(1000))),
        ("/media/a/r1/{}.m4s", Said(404, {"Cache-Control": "max-age=5"}, bytes(1000))),
    ],
    ids=["searches", "addresses of nothing"],
)
@pytest.mark.long_unless("searches")
def test_what_anybody_can_ask_without_an_end_takes_no_room_of_sound(
    tmp_path: Path, origin: ScriptedOrigin, scripted_origin: ScriptedOrigin, asked: str, said: Said
) -> None:
    sound = "/media/a/r1/kept.m4s"
    origin.says[sound] = Said(fields=kept(), body=bytes(250_000))
    with varnish(plan(scripted_origin), tmp_path, storage="1M") as edge:
        assert ask(edge.url, sound).status == 200
        paths = [asked.format(number) for number in range(FILLING)]
        for path in paths:
            origin.says[path.partition("?")[0]] = said
            assert ask(edge.url, path).status == said.status
        assert ask(edge.url, paths[-1]).is_hit
        assert ask(edge.url, sound).is_hit


@pytest.mark.long
def test_what_one_answers_by_an_error_is_asked_of_the_next(
    tmp_path: Path, origin: ScriptedOrigin, scripted_origin: ScriptedOrigin
) -> None:
    with scripted() as failing:
        failing.usually = Said(503, {"Cache-Control": "no-store"})
        both = [Address("127.0.0.1", each.port) for each in (failing, scripted_origin)]
        with varnish(Edge(host=HOST, origins=both), tmp_path) as edge:
            for number in range(6):
                path = f"/v1/either-{number}"
                origin.says[path] = Said(fields={"Cache-Control": "no-store"})
                assert ask(edge.url, path).status == 200
        assert failing.asked


@pytest.mark.long
def test_one_that_hangs_is_waited_for_as_long_as_players_have_ahead(
    tmp_path: Path, origin: ScriptedOrigin, scripted_origin: ScriptedOrigin
) -> None:
    path = "/media/hung/r1/1.m4s"
    with scripted() as hanging:
        hanging.usually = Said(held=threading.Event())
        origin.says[path] = Said(fields=kept())
        both = [Address("127.0.0.1", each.port) for each in (hanging, scripted_origin)]
        with varnish(Edge(host=HOST, origins=both), tmp_path) as edge:
            begun_s = time.monotonic()
            while not hanging.asked:  # they take turns
                assert ask(edge.url, path).status == 200
                purge_status(port_of(edge), path)
            assert time.monotonic() - begun_s < AHEAD_S


@pytest.mark.parametrize(("method", "body"), [("POST", b"x"), ("DELETE", None)])
def test_what_changes_something_is_not_asked_for_twice(
    edge: RunningEdge, origin: ScriptedOrigin, method: str, body: bytes | None
) -> None:
    path = f"/v1/once-{next(NUMBERS)}"
    origin.says[path] = Said(503, {"Cache-Control": "no-store"})
    assert send(edge.url, path, body, method=method).status == 503
    assert len(origin.fetches(path)) == 1
    refused, origin.is_down = origin.refused, True
    assert send(edge.url, path, body, method=method).status == 503
    assert origin.refused == refused + 1


@pytest.mark.parametrize(
    "target", ["media/a/r1/1.m4s", "http:/a.m3u8", "ftp://a.example/a.m3u8", "*"]
)
def test_addresses_that_begin_otherwise_are_refused(
    edge: RunningEdge, origin: ScriptedOrigin, target: str
) -> None:
    with socket.create_connection(("127.0.0.1", port_of(edge)), TIMEOUT_S) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: a.example\r\n\r\n".encode())
        assert connection.recv(65_536).split(b" ", 2)[1] == b"400"
    assert origin.asked == []


def test_what_is_not_kept_needs_no_purge(edge: RunningEdge, origin: ScriptedOrigin) -> None:
    for path in ("/healthz", "/medi%61/a.m4s", "/t/a.b.c/a.m3u8"):
        assert purge_status(port_of(edge), path) == 200
    assert origin.asked == []


def test_no_client_can_make_notes(edge: RunningEdge, origin: ScriptedOrigin) -> None:
    path = f"/v1/notes-{next(NUMBERS)}"
    origin.says[path] = Said(fields={"Cache-Control": "no-store"})
    ask(edge.url, path, X_Edge_Kept="1", X_Edge_Opened="1", X_Edge_Failed="1", Cookie="a=b")
    (asked,) = origin.fetches(path)
    assert not {"x-edge-kept", "x-edge-opened", "x-edge-failed"} & set(asked.fields)


@pytest.mark.parametrize("parameter", ["off", "on"])
def test_a_copy_for_each_coding_whatever_varnish_may_do_about_them(
    tmp_path: Path, origin: ScriptedOrigin, path: str, parameter: str
) -> None:
    bodies = {"br": b"br", "gzip": gzip.compress(b"gzip"), "identity": b"identity"}
    with varnish(
        plan(origin), tmp_path, parameters=("-p", f"http_gzip_support={parameter}")
    ) as edge:
        for coding, body in bodies.items():
            said = {"Vary": "Accept-Encoding"}
            said |= {} if coding == "identity" else {"Content-Encoding": coding}
            origin.says[path] = Said(fields=kept() | said | {"ETag": f'"{coding}"'}, body=body)
            ask(edge.url, path, Accept_Encoding=coding)
        for coding, body in bodies.items():
            found = ask(edge.url, path, Accept_Encoding=f"{coding}, zstd")
            assert (found.is_hit, found.body) == (True, body)
            assert found.fields.get("content-encoding", "identity") == coding
            assert found.fields["vary"] == "Accept-Encoding"
        assert purge_status(port_of(edge), path) == 200
        again = [ask(edge.url, path, Accept_Encoding=coding) for coding in bodies]
        assert not any(each.is_hit for each in again)


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


@pytest.mark.parametrize(
    "options", [("--check-tokens",), ("--roles",), ("--tags", "bans")], ids=str
)
def test_varnish_takes_what_is_written(tmp_path: Path, options: tuple[str, ...]) -> None:
    origins = ("--origin", "127.0.0.1", "--origin", "[::1]:8081")
    done = soundbridge_here("edge", "varnish", "--into", tmp_path, *origins, *options)
    assert done.returncode == 0, done.stderr
    vcl = tmp_path / "soundbridge.vcl"
    compiled = subprocess.run(
        ["/usr/sbin/varnishd", "-j", "none", "-C", "-n", tmp_path / "n", "-f", vcl],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert compiled.returncode == 0, compiled.stderr[:2000]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--certificate", "/a.pem", "--certificate-key", "/a.key"), "Varnish has no TLS"),
        (("--storage", "lots"), "'lots' is no size"),
        (("--listen", "80; rm"), "nothing to listen at"),
    ],
)
def test_what_varnish_cannot_be_is_said(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    done = soundbridge_here("edge", "varnish", "--into", tmp_path, *options)
    assert done.returncode == 2
    assert re.search(said, done.stderr)
    assert not list(tmp_path.iterdir())


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


@pytest.mark.long
def test_what_varnish_holds_is_given_behind_caddy_while_all_origins_are_sick(
    tmp_path: Path,
) -> None:
    with ExitStack() as running:
        with scripted() as dying:
            dying.says["/readyz"] = Said(fields={"Cache-Control": "no-store"})
            dying.says["/kept.json"] = Said(fields=kept())
            edge = running.enter_context(varnish(plan(dying), tmp_path))
            in_front = Edge(host="localhost", origins=[Address("127.0.0.1", port_of(edge))])
            front = running.enter_context(caddy(in_front, tmp_path / "caddy"))
            assert ask(front.url, "/kept.json").status == 200
        until(lambda: b"sick" in _health(tmp_path))
        ends_s = time.monotonic() + LOOKED_AFTER_S
        while time.monotonic() < ends_s:
            assert ask(front.url, "/kept.json").is_hit


@pytest.mark.long
def test_a_site_is_asked_about_once_whatever_its_pages(
    scripted_origin: ScriptedOrigin, origin: ScriptedOrigin, tmp_path: Path
) -> None:
    path, check = "/media/sites/r1/1.m4s", "/opens/a.b.c/play/media/sites"
    varying = {"Cache-Control": "max-age=60", "Vary": "Origin, Referer"}
    origin.says[check], origin.says[path] = Said(204, varying, b""), Said(fields=kept())
    pages: list[dict[str, str]] = [
        *({"Referer": f"https://a.example/{number}?x#y"} for number in range(3)),
        {"Referer": "https://b.example"},
        {"Origin": "https://c.example", "Referer": "https://c.example/x"},
        {"Origin": "https://c.example"},
        {},
    ]
    with varnish(plan(scripted_origin, checks_tokens=True), tmp_path) as checking:
        assert {ask(checking.url, f"/t/a.b.c{path}", **page).status for page in pages} == {200}
    asked = [each.fields for each in origin.fetches(check)]
    assert [(each.get("origin"), each.get("referer")) for each in asked] == [
        (None, "https://a.example/"),
        (None, "https://b.example/"),
        ("https://c.example", None),
        (None, None),
    ]


@pytest.mark.long
def test_the_longest_token_is_looked_at_and_opens_nothing_but_reading(
    scripted_origin: ScriptedOrigin, origin: ScriptedOrigin, tmp_path: Path
) -> None:
    token = ".".join(["a" * 682] * 3)
    path = "/media/long/r1/128k/00001.m4s"
    origin.says[f"/opens/{token}/play/media/long"] = Said(204, {"Cache-Control": "max-age=9"}, b"")
    origin.says[path] = Said(fields=kept())
    with varnish(plan(scripted_origin, checks_tokens=True), tmp_path) as checking:
        assert ask(checking.url, f"/t/{token}{path}?CMCD={'x' * 2000}").status == 200
        assert ask(checking.url, f"/t/{token}aa{path}").status == 401
        for method in ("POST", "QUERY", "DELETE"):
            assert ask(checking.url, path, method=method).status == 405
            assert ask(checking.url, f"/t/{token}{path}", method=method).status == 405
    assert len(origin.fetches(path)) == 1
