"""RFC 9111 §4.4: who changes something through Varnish has no copy of what it was left there."""

from collections.abc import Iterator
from itertools import count
from typing import Final

import pytest

from cdn.edge.plan import Address, Edge
from cdn.edge.varnish.purge import Tags
from tests.functional.edges.asking import ask
from tests.servers.edges.running import RunningEdge
from tests.servers.edges.varnish import varnish
from tests.servers.scripted import Said, ScriptedOrigin

NUMBERS: Final = count()
CHANGES: Final = ("PATCH", "PUT", "DELETE", "POST", "M-SEARCH")


@pytest.fixture(scope="module", params=[Tags.XKEY, pytest.param(Tags.BANS, marks=pytest.mark.long)])
def edge(
    request: pytest.FixtureRequest,
    scripted_origin: ScriptedOrigin,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningEdge]:
    plan = Edge(host="listen.example", origins=[Address("127.0.0.1", scripted_origin.port)])
    with varnish(plan, tmp_path_factory.mktemp("varnish"), request.param) as running:
        yield running


@pytest.fixture
def path(edge: RunningEdge, origin: ScriptedOrigin) -> str:
    """Something of the API that is kept, whatever it is asked."""
    path = f"/v1/tracks/t{next(NUMBERS)}"
    origin.says[path] = Said(fields={"Cache-Control": "max-age=0, s-maxage=60"})
    origin.says[f"{path}x"] = origin.says[path]
    for asked in (path, f"{path}?a=b", f"{path}x"):
        ask(edge.url, asked)
        assert ask(edge.url, asked).is_hit
    return path


@pytest.mark.parametrize("method", CHANGES)
@pytest.mark.parametrize("status", [200, 204, 303])
def test_what_was_changed_is_asked_for_anew(
    edge: RunningEdge, origin: ScriptedOrigin, path: str, method: str, status: int
) -> None:
    before = origin.says[path]
    origin.says[path] = Said(status, {"Cache-Control": "private, no-store"}, b"", then=before)
    fields = {"Surrogate_Key": "x", "X_Edge_At": "/"}
    assert ask(edge.url, f"{path}?c=d", method=method, **fields).status == status
    assert not ask(edge.url, path).is_hit
    assert not ask(edge.url, f"{path}?a=b").is_hit
    assert ask(edge.url, f"{path}x").is_hit


@pytest.mark.parametrize(("method", "status"), [("PATCH", 403), ("DELETE", 503), ("OPTIONS", 204)])
def test_what_was_not_changed_stays(
    edge: RunningEdge, origin: ScriptedOrigin, path: str, method: str, status: int
) -> None:
    before = origin.says[path]
    origin.says[path] = Said(status, {"Cache-Control": "private, no-store"}, b"", then=before)
    assert ask(edge.url, path, method=method).status == status
    assert ask(edge.url, path).is_hit


def test_nobody_is_told_how_it_is_found(edge: RunningEdge, path: str) -> None:
    assert not {each for each in ask(edge.url, path).fields if each.startswith(("x-edge", "xkey"))}
