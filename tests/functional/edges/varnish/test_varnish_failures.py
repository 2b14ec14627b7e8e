"""What Varnish does while origins fail: what is stale, what is asked again, and who waits."""

import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from cdn.edge.plan import Address, Edge
from tests.functional.edges.asking import ask, ask_at_once, send
from tests.functional.edges.varnish.own import HOST, kept, plan
from tests.functional.supervising import until
from tests.servers.edges.caddy import caddy
from tests.servers.edges.running import RunningEdge
from tests.servers.edges.varnish import port_of, purge_status, varnish
from tests.servers.scripted import Said, ScriptedOrigin, scripted
from tests.servers.soundbridge import TIMEOUT_S

NUMBERS: Final = count()
LOOKED_AFTER_S: Final = 4.0
"""Who looks each second has failed to find one ready twice by then."""
FAILS_AFTER_S: Final = 0.25
LISTENERS: Final = 400
"""Who come one by one, in ten times as long."""
AHEAD_S: Final = 25.0
"""Less than the 30 s that hls.js has ahead."""


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
    """And it is asked for once, however many want it: of what grows, all do, every few seconds."""
    aged(edge, origin, path, directives)
    before = len(origin.fetches(path))
    origin.says[path] = replace(origin.says[path], after_s=0.25)
    assert {each.body for each in ask_at_once(edge.url, path, 40)} == {b"new"}
    assert ask(edge.url, path).is_hit
    assert len(origin.fetches(path)) == before + 1


@pytest.mark.long
def test_those_who_want_what_fails_are_given_the_stale_copy_after_one_wait(
    edge: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    """Whoever comes meanwhile: if each had it asked anew, those before would wait on, and on."""
    aged(edge, origin, path, "max-age=60, stale-if-error=60")
    before = len(origin.fetches(path))
    origin.says[path] = Said(503, {"Cache-Control": "no-store"}, after_s=FAILS_AFTER_S)

    def listen(number: int) -> float:
        time.sleep(number * FAILS_AFTER_S / 40)
        begun_s = time.monotonic()
        assert ask(edge.url, path).body == b"old"
        return time.monotonic() - begun_s

    with ThreadPoolExecutor(LISTENERS) as listening:
        longest_s = max(listening.map(listen, range(LISTENERS)))
    assert longest_s < 6 * FAILS_AFTER_S, "it is tried twice"
    assert len(origin.fetches(path)) - before < LISTENERS / 10


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
def test_what_may_be_given_is_while_all_origins_are_sick_behind_caddy_too(tmp_path: Path) -> None:
    with ExitStack() as running:
        with scripted() as dying:
            dying.says["/readyz"] = Said(fields={"Cache-Control": "no-store"})
            dying.says["/kept.json"] = Said(fields=kept())
            edge = running.enter_context(varnish(plan(dying), tmp_path))
            in_front = Edge(host="localhost", origins=[Address("127.0.0.1", port_of(edge))])
            front = running.enter_context(caddy(in_front, tmp_path / "caddy"))
            assert ask(front.url, "/kept.json").status == 200
            aged(edge, dying, "/may.json", "max-age=60, stale-if-error=60")
            aged(edge, dying, "/may-not.json", "max-age=60")
        until(lambda: b"sick" in _health(tmp_path))
        ends_s = time.monotonic() + LOOKED_AFTER_S
        while time.monotonic() < ends_s:
            assert ask(front.url, "/kept.json").is_hit
            stale = ask(front.url, "/may.json")
            assert (stale.status, stale.body, stale.is_hit) == (200, b"old", True)
            assert int(stale.fields["age"]) >= 0
            assert ask(edge.url, "/may-not.json").status == 503


def _health(folder: Path) -> bytes:
    command = ["varnishadm", "-n", str(folder / "varnish"), "backend.list"]
    return subprocess.run(command, capture_output=True, check=True, timeout=TIMEOUT_S).stdout


def test_what_was_cut_is_asked_for_again_before_anybody_gets_a_part(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    path, whole = f"/media/cut/r{next(NUMBERS)}/128k/1.m4s", Said(fields=kept(), body=bytes(99_999))
    origin.says[path] = Said(fields=kept(), body=whole.body, cut_at=50_000, then=whole)
    found = ask(edge.url, path)
    assert (found.status, found.body) == (200, whole.body)
    assert len(origin.fetches(path)) == 2


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


@pytest.mark.long
def test_who_has_a_copy_waits_for_one_that_hangs_no_longer_because_it_was_asked_before(
    edge: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    aged(edge, origin, path, "max-age=60, stale-while-revalidate=1, stale-if-error=60")
    origin.says[path] = Said(held=threading.Event())
    assert ask(edge.url, path).body == b"old"
    time.sleep(1)  # from now on, it is given for an error alone
    begun_s = time.monotonic()
    assert ask(edge.url, path).body == b"old"
    assert time.monotonic() - begun_s < 15  # both times, half of what is waited for without a copy


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
