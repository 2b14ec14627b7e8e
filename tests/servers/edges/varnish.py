"""Varnish as ``soundbridge edge varnish`` has it run."""

import http.client
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path

from cdn.edge.plan import Edge
from cdn.edge.varnish.command import SERVICE_NAME, VCL_NAME
from cdn.edge.varnish.configuration import files
from cdn.edge.varnish.purge import Tags
from tests.servers.edges.running import Purged, RunningEdge, ended, written
from tests.servers.seaweedfs import free_ports
from tests.servers.soundbridge import TIMEOUT_S


@contextmanager
def varnish(
    edge: Edge,
    folder: Path,
    tags: Tags = Tags.XKEY,
    parameters: Sequence[str] = (),
    storage: str = "256M",
) -> Iterator[RunningEdge]:
    """Run it in front of origins; ``parameters`` come after those that are written."""
    written(files(edge, tags=tags, storage=storage), folder)
    (port,) = free_ports(1)
    with ended([*_command(folder, port), *parameters], port) as process:
        yield RunningEdge(f"http://127.0.0.1:{port}", process, partial(_purge, edge, port))


def port_of(edge: RunningEdge) -> int:
    """Return the port that it listens at."""
    return int(edge.url.rpartition(":")[2])


def purge_status(port: int, path: str, **fields: str) -> int:
    """Ask for a purge, and return what came of it."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    try:
        asking.request("PURGE", path, headers=named)
        return asking.getresponse().status
    finally:
        asking.close()


def _purge(edge: Edge, port: int, purged: Purged) -> None:
    fields = {} if edge.purge_secret is None else {"X_Purge_Secret": edge.purge_secret}
    assert purge_status(port, "/", Xkey_Purge=purged.tag, **fields) == HTTPStatus.OK


def _command(folder: Path, port: int) -> Iterator[str]:
    """Return the service's command, in a folder of its own and without what only root may."""
    ours = {
        "-a": f"127.0.0.1:{port}",
        "-f": str(folder / VCL_NAME),
        "-T": "127.0.0.1:0",
        "-j": "none",
    }
    written = (folder / SERVICE_NAME).read_text().rpartition("ExecStart=")[2]
    program, *words = shlex.split(written.replace("\\\n", " "))
    yield from (program, "-n", str(folder / "varnish"))
    for option, value in _options(words):
        if option != "-S":
            yield option
        if option != "-S" and value is not None:
            yield ours.get(option, value)


def _options(words: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    rest = iter(words)
    for option in rest:
        yield option, None if option == "-F" else next(rest)
