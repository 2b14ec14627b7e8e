"""Who may purge at nginx, what, and what they are told."""

import ssl
from pathlib import Path

import pytest

from cdn.edge.plan import Address, Edge
from tests.functional.edges.asking import ask, seen
from tests.functional.edges.nginx.own import FOREVER, HOST, SECRET, SEGMENT
from tests.servers.edges.nginx import nginx, purge_status
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin


def test_who_purges_shows_the_secret(
    secured: tuple[RunningEdge, ssl.SSLContext], origin: ScriptedOrigin
) -> None:
    edge, _ = secured
    origin.says[SEGMENT] = Said(fields=FOREVER)
    port = edge.ports["purge"]
    assert purge_status(port, SEGMENT) == 403
    assert purge_status(port, SEGMENT, secret=f"{SECRET}x") == 403
    assert origin.asked == []
    assert purge_status(port, SEGMENT, secret=SECRET) == 200
    assert "x-purge-secret" not in origin.asked[0].fields


def test_who_purges_comes_from_a_network_that_may(origin: ScriptedOrigin, tmp_path: Path) -> None:
    origins = [Address("127.0.0.1", origin.port)]
    edge = Edge(host=HOST, origins=origins, purges_from=["10.0.0.0/8"])
    with nginx(edge, tmp_path / "nginx") as running:
        assert purge_status(running.ports["purge"], SEGMENT) == 403
        assert origin.fetches(SEGMENT) == []


def test_while_no_origin_answers_a_purge_loses_nothing(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = f"{SEGMENT}?kept"
    origin.says[SEGMENT] = Said(fields=FOREVER)
    ask(edge.url, path)
    origin.is_down = True
    assert purge_status(edge.ports["purge"], SEGMENT) == 502
    origin.is_down = False
    origin.says[SEGMENT] = Said(503, {"Cache-Control": "no-store"})
    assert purge_status(edge.ports["purge"], SEGMENT) == 503
    assert ask(edge.url, path).is_hit


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_who_purges_is_told_that_something_is_gone(
    edge: RunningEdge, origin: ScriptedOrigin, status: int
) -> None:
    """Not 403, which is for those who may not purge."""
    path = f"/media/told/r{status}/1.m4s"
    origin.says[path] = Said(fields=FOREVER)
    ask(edge.url, path)
    origin.says[path] = Said(status, {"Cache-Control": "no-store"})
    assert purge_status(edge.ports["purge"], path) == 410
    assert seen(edge, path, lambda found: found.status == status)


@pytest.mark.parametrize("path", ["/", "/healthz", "/medi%61/a/r1/1.m4s", "/t/a.b.c/a.m3u8"])
def test_what_is_not_kept_cannot_be_purged(
    edge: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    assert purge_status(edge.ports["purge"], path) == 404
    assert origin.asked == []
