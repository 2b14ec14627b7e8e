"""What Varnish keeps, for how long, in which codings, and what it gives of that."""

import gzip
import socket
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from tests.functional.edges.asking import ask, ask_at_once
from tests.functional.edges.varnish.own import kept, plan
from tests.servers.edges.running import RunningEdge
from tests.servers.edges.varnish import port_of, purge_status, varnish
from tests.servers.scripted import Said, ScriptedOrigin
from tests.servers.soundbridge import TIMEOUT_S

NUMBERS: Final = count()
FILLING: Final = 1500
"""As many small copies are more than a megabyte."""


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
        (
            ("/v1/search?q={}", "/openapi.json?{}"),
            Said(fields=kept("max-age=0, s-maxage=30"), body=bytes(2000)),
        ),
        (("/media/a/r1/{}.m4s",), Said(404, {"Cache-Control": "max-age=5"}, bytes(1000))),
    ],
    ids=["the API", "addresses of nothing"],
)
@pytest.mark.long_unless("API")
def test_what_anybody_can_ask_without_an_end_takes_no_room_of_sound(
    tmp_path: Path,
    origin: ScriptedOrigin,
    scripted_origin: ScriptedOrigin,
    asked: Sequence[str],
    said: Said,
) -> None:
    sound = "/media/a/r1/kept.m4s"
    origin.says[sound] = Said(fields=kept(), body=bytes(250_000))
    with varnish(plan(scripted_origin), tmp_path, storage="1M") as edge:
        assert ask(edge.url, sound).status == 200
        paths = [asked[number % len(asked)].format(number) for number in range(FILLING)]
        for path in paths:
            origin.says[path.partition("?")[0]] = said
            assert ask(edge.url, path).status == said.status
        assert ask(edge.url, paths[-1]).is_hit
        assert ask(edge.url, sound).is_hit


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


def test_no_client_can_make_notes(edge: RunningEdge, origin: ScriptedOrigin) -> None:
    path = f"/v1/notes-{next(NUMBERS)}"
    origin.says[path] = Said(fields={"Cache-Control": "no-store"})
    ask(edge.url, path, X_Edge_Kept="1", X_Edge_Opened="1", X_Edge_Failed="1", Cookie="a=b")
    (asked,) = origin.fetches(path)
    assert not {"x-edge-kept", "x-edge-opened", "x-edge-failed"} & set(asked.fields)
