"""Edges in front of origins: those that say what a test has them say, and real ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cdn.edge.plan import Address, Edge
from tests.functional.edges.kinds import CACHING, KINDS
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import ScriptedOrigin, scripted


@pytest.fixture(scope="module", params=CACHING)
def caching_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture(scope="module")
def scripted_origin() -> Iterator[ScriptedOrigin]:
    with scripted() as origin:
        yield origin


@pytest.fixture
def origin(scripted_origin: ScriptedOrigin) -> Iterator[ScriptedOrigin]:
    """A module's origin, which at first has nothing to say, and is up."""
    scripted_origin.says.clear()
    scripted_origin.asked.clear()
    scripted_origin.is_down = False
    yield scripted_origin
    scripted_origin.is_down = False


@pytest.fixture(scope="module")
def edge(
    caching_kind: str, scripted_origin: ScriptedOrigin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningEdge]:
    """An edge that keeps copies, in front of that origin: a module's own."""
    plan = Edge(host="listen.example", origins=[Address("127.0.0.1", scripted_origin.port)])
    with KINDS[caching_kind](plan, tmp_path_factory.mktemp(caching_kind)) as running:
        yield running


@pytest.fixture
def folder_of_kind(caching_kind: str, tmp_path: Path) -> Path:
    """A folder for another edge of that kind."""
    return tmp_path / caching_kind
