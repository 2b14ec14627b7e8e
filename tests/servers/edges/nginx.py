"""nginx as ``soundbridge edge nginx`` has it, on loopback."""

import getpass
import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cdn.edge.nginx.configuration import NAME, configuration
from cdn.edge.nginx.installation import Installation
from cdn.edge.plan import Edge
from cdn.policy.coding import AT_EDGES
from tests.servers.edges.running import Purged, RunningEdge, ended, written
from tests.servers.seaweedfs import free_ports
from tests.servers.soundbridge import TIMEOUT_S


def installed(folder: Path, size: str = "100m") -> Installation:
    """Return one that has all its files in a folder, and ports that nobody has."""
    (folder / "cache").mkdir(parents=True)
    http_port, https_port, purge_port = free_ports(3)
    return Installation(
        user=getpass.getuser(),
        folder=str(folder / "cache"),
        logs=str(folder),
        pid=str(folder / "pid"),
        size=size,
        address="127.0.0.1",
        http_port=http_port,
        https_port=https_port,
        purge_port=purge_port,
    )


@contextmanager
def nginx(edge: Edge, folder: Path, size: str = "100m") -> Iterator[RunningEdge]:
    """Run it in front of origins that run; ``size`` is that of its cache, as nginx writes it."""
    where = installed(folder, size)
    written([configuration(edge, where)], folder)
    command = ["nginx", "-e", "stderr", "-c", str(folder / NAME), "-g", "daemon off;"]
    with ended(command, where.http_port) as process:
        ports = {"https": where.https_port, "purge": where.purge_port}

        def purge(purged: Purged) -> None:
            for path in purged.paths:
                for coding in AT_EDGES:
                    status = purge_status(where.purge_port, path, coding, edge.purge_secret)
                    assert status < http.client.INTERNAL_SERVER_ERROR, (path, status)

        yield RunningEdge(f"http://127.0.0.1:{where.http_port}", process, purge, ports)


def purge_status(port: int, path: str, coding: str = "identity", secret: str | None = None) -> int:
    """Ask for one copy to be replaced, and return what came of it."""
    fields = {"Accept-Encoding": coding}
    if secret is not None:
        fields["X-Purge-Secret"] = secret
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        asking.request("HEAD", path, headers=fields)
        return asking.getresponse().status
    finally:
        asking.close()
