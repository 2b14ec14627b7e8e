"""A real Varnish, as ``soundbridge edge varnish`` has it, that is told what to drop."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cdn.edge.plan import Address, Edge
from tests.servers.edges.varnish import varnish as running_varnish

SECRET = "edge-s3cret-of-tests"  # noqa: S105 of nobody


@dataclass(frozen=True)
class RunningVarnish:
    place: str

    @property
    def purger(self) -> str:
        return f"varnish://{self.place}"

    @property
    def url(self) -> str:
        return f"http://{self.place}"


@contextmanager
def varnish(origin_port: int) -> Iterator[RunningVarnish]:
    """Run it in front of an origin on this machine."""
    origins = [Address("127.0.0.1", origin_port)]
    edge = Edge(host="listen.example", origins=origins, purge_secret=SECRET)
    with (
        tempfile.TemporaryDirectory(prefix="varnish-") as folder,
        running_varnish(edge, Path(folder) / "varnish") as running,
    ):
        yield RunningVarnish(running.url.removeprefix("http://"))
