"""workerd, which runs Cloudflare's Workers, on loopback (npm has it as a program).

What a Worker asks for goes to one origin, whatever its name. What Cloudflare knows of a request
(``request.cf``) is what the field ``CF-Blob`` says, as JSON.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cdn.edge.cloudflare.worker import COMPATIBILITY_DATE, FILE, KEYS_BINDING, worker
from tests.servers.edges.running import ended
from tests.servers.npm_package import unpacked
from tests.servers.seaweedfs import free_ports

PINNED: Final = "@cloudflare/workerd-linux-64@1.20261117.1"
SHA512: Final = (
    "gZLA8X11m/luZwn+YA3+mDu61vdxNJzpksP/QZqjydKTQ+VUCulsK5gtn9Bqst1p3KJu2kafQpJ1nDQv4B23jA=="
)
CF_FIELD: Final = "CF-Blob"
_CONFIGURATION: Final = """\
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "origin", external = (address = "{origin}", http = ())),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:{port}", service = "worker",
     http = (cfBlobHeader = "{cf_field}")),
  ],
);
const worker :Workerd.Worker = (
  modules = [(name = "{file}", esModule = embed "{file}")],
  compatibilityDate = "{date}",
  bindings = [(name = "{binding}", text = embed "keys.json")],
  globalOutbound = "origin",
);
"""


def workerd_in(folder: Path) -> Path:
    """Download it into a folder; return the program."""
    program = unpacked(PINNED, SHA512, folder) / "bin" / "workerd"
    program.chmod(0o755)
    return program


@contextmanager
def running_worker(program: Path, keys: bytes, origin: str, folder: Path) -> Iterator[str]:
    """Run our Worker in front of an origin, with a JWK set; the value is its URL."""
    (port,) = free_ports(1)
    (folder / FILE).write_text(worker())
    (folder / "keys.json").write_bytes(keys)
    (folder / "config.capnp").write_text(
        _CONFIGURATION.format(
            origin=urlsplit(origin).netloc,
            port=port,
            cf_field=CF_FIELD,
            file=FILE,
            date=COMPATIBILITY_DATE,
            binding=KEYS_BINDING,
        )
    )
    with ended([str(program), "serve", str(folder / "config.capnp")], port):
        yield f"http://127.0.0.1:{port}"
