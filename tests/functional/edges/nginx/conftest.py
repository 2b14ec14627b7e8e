"""nginx alone, and one with a certificate and a secret."""

import ssl
from collections.abc import Iterator

import pytest

from cdn.edge.plan import Address, Certificate, Edge
from tests.functional.edges.certificates import certificate
from tests.functional.edges.nginx.own import HOST, SECRET
from tests.servers.edges.nginx import nginx
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import ScriptedOrigin


@pytest.fixture(scope="module")
def caching_kind() -> str:
    """No other one is asked here."""
    return "nginx"


@pytest.fixture(scope="module")
def secured(
    scripted_origin: ScriptedOrigin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RunningEdge, ssl.SSLContext]]:
    """An edge with a certificate and a secret, and what a client trusts."""
    folder = tmp_path_factory.mktemp("secured")
    chain, key = certificate(folder, HOST)
    edge = Edge(
        host=HOST,
        origins=[Address("127.0.0.1", scripted_origin.port)],
        certificate=Certificate(str(chain), str(key)),
        purge_secret=SECRET,
    )
    with nginx(edge, folder / "nginx") as running:
        yield running, ssl.create_default_context(cafile=chain)
