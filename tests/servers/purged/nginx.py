"""A real nginx, as ``soundbridge edge nginx`` has it, that is told what to drop."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cdn.edge.plan import Address, Edge
from tests.servers.edges.nginx import nginx as running_nginx
from tests.servers.purged.varnish import SECRET


@dataclass(frozen=True)
class RunningNginx:
    place: str
    url: str

    @property
    def purger(self) -> str:
        return f"nginx://{self.place}"


@contextmanager
def nginx(origin_port: int) -> Iterator[RunningNginx]:
    """Run it in front of an origin on this machine."""
    origins = [Address("127.0.0.1", origin_port)]
    edge = Edge(host="listen.example", origins=origins, purge_secret=SECRET)
    with (
        tempfile.TemporaryDirectory(prefix="nginx-") as folder,
        running_nginx(edge, Path(folder) / "nginx") as running,
    ):
        yield RunningNginx(f"127.0.0.1:{running.ports['purge']}", running.url)
