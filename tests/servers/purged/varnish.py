"""A real varnishd whose configuration purges as ours is said to: by path, and by tag (xkey)."""

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.seaweedfs import free_ports

SECRET = "edge-s3cret-of-tests"  # noqa: S105 of nobody
_VCL = """
vcl 4.1;
import xkey;
backend origin { .host = "127.0.0.1"; .port = "%(origin)d"; }
sub vcl_recv {
    if (req.method == "PURGE") {
        if (req.http.X-Purge-Secret != "%(secret)s") { return (synth(403)); }
        if (req.http.Xkey-Purge) {
            set req.http.n = xkey.purge(req.http.Xkey-Purge);
            return (synth(200, req.http.n));
        }
        if (req.http.Xkey-Softpurge) {
            set req.http.n = xkey.softpurge(req.http.Xkey-Softpurge);
            return (synth(200, req.http.n));
        }
        return (purge);
    }
    return (hash);
}
sub vcl_hash { hash_data(req.url); return (lookup); }
sub vcl_backend_response {
    set beresp.http.xkey = beresp.http.Surrogate-Key;
    set beresp.grace = 60s;
}
sub vcl_deliver { set resp.http.X-Cache = obj.hits; }
"""


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
    with tempfile.TemporaryDirectory(prefix="varnish-") as folder:
        configuration = Path(folder) / "edge.vcl"
        configuration.write_text(_VCL % {"origin": origin_port, "secret": SECRET})
        (port,) = free_ports(1)
        process = subprocess.Popen(
            [
                "varnishd", "-F", "-n", f"{folder}/work", "-a", f"127.0.0.1:{port}", "-T", "none",
                "-f", str(configuration), "-s", "malloc,16m", "-j", "none",
                "-p", "thread_pool_min=10",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait(port, process)
            yield RunningVarnish(f"127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    while True:
        assert process.poll() is None, "varnishd has ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            continue
        return
