"""Edges that ask origins whether they are ready: one that drains, or has died, is left alone."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from obstore.store import LocalStore

from cdn.edge.plan import Address, Edge
from manifests import layout
from tests.functional.edges.asking import ask
from tests.functional.edges.kinds import KINDS, PROBING
from tests.functional.supervising import Server, supervised, until
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin, scripted
from tests.sources.published import publish

pytestmark = pytest.mark.long

NUMBERS = count()


@pytest.fixture(params=PROBING)
def kind(request: pytest.FixtureRequest) -> str:
    said: str = request.param
    return said


@pytest.fixture
def other() -> Iterator[ScriptedOrigin]:
    """One that says of everything that it was it that was asked."""
    with scripted() as origin:
        origin.usually = Said(fields={"Cache-Control": "no-store"}, body=b"other")
        yield origin


@pytest.fixture
def draining(tmp_path: Path) -> Iterator[Server]:
    """One that says for a minute that it is about to end."""
    publish(LocalStore(tmp_path / "store", mkdir=True))
    options = ("--workers", "1", "--drain-delay", "60")
    with supervised(tmp_path / "store", tmp_path / "log", *options) as server:
        yield server
        server.signal_all(signal.SIGKILL)


def asked(edge: RunningEdge) -> set[bytes]:
    """Return who answers so many listeners that none of two is left out by chance."""
    return {ask(edge.url, f"/v1/nothing-{next(NUMBERS)}").body[:5] for _ in range(40)}


def test_one_that_drains_is_asked_no_more(
    kind: str, draining: Server, other: ScriptedOrigin, tmp_path: Path
) -> None:
    addresses = [Address(*draining.address), Address("127.0.0.1", other.port)]
    with KINDS[kind](Edge(host="localhost", origins=addresses), tmp_path / "edge") as edge:
        until(lambda: len(asked(edge)) == 2)
        draining.process.terminate()
        until(lambda: asked(edge) == {b"other"})
        assert draining.process.poll() is None


def test_nobody_notices_one_that_dies(kind: str, tmp_path: Path) -> None:
    asset = publish(LocalStore(tmp_path / "store", mkdir=True))
    with ExitStack() as running:
        one, two = (
            running.enter_context(
                supervised(tmp_path / "store", tmp_path / f"{name}.log", "--workers", "1")
            )
            for name in ("one", "two")
        )
        addresses = [Address(*each.address) for each in (one, two)]
        plan = Edge(host="localhost", origins=addresses)
        edge = running.enter_context(KINDS[kind](plan, tmp_path / "edge"))
        paths = [f"{asset.path}/{layout.segment_name('128k', each)}" for each in range(3)]
        paths += [f"/v1/nothing-{next(NUMBERS)}" for _ in range(8)]
        assert {ask(edge.url, each).status for each in paths} == {200, 404}
        one.signal_all(signal.SIGKILL)
        one.process.wait()
        assert {ask(edge.url, each).status for each in paths} == {200, 404}
