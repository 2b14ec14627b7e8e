"""A real nginx, without modules, with a listener that fetches anew what it keeps."""

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.purged.varnish import SECRET
from tests.servers.seaweedfs import free_ports

_CONFIGURATION = """
daemon off; worker_processes 1; pid %(folder)s/pid; error_log %(folder)s/log;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path %(folder)s/body; proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/f; uwsgi_temp_path %(folder)s/u; scgi_temp_path %(folder)s/s;
    proxy_cache_path %(folder)s/cache keys_zone=edge:1m;
    map $http_accept_encoding $coding { default ""; ~br br; ~zstd zstd; ~gzip gzip; }
    proxy_cache edge;
    proxy_cache_key $uri|$coding;
    proxy_cache_convert_head off;
    proxy_cache_methods GET HEAD;
    proxy_method GET;
    proxy_set_header Accept-Encoding $coding;
    proxy_ignore_headers Vary;
    proxy_cache_valid 404 5s;
    server {
        listen 127.0.0.1:%(port)d;
        location / {
            proxy_pass http://127.0.0.1:%(origin)d;
            add_header X-Cache $upstream_cache_status always;
        }
    }
    server {
        listen 127.0.0.1:%(purge)d;
        location / {
            if ($http_x_purge_secret != "%(secret)s") { return 403; }
            proxy_cache_bypass 1;
            proxy_pass http://127.0.0.1:%(origin)d;
        }
    }
}
"""


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
    with tempfile.TemporaryDirectory(prefix="nginx-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # its worker is another user where tests run as root
        port, purge = free_ports(2)
        configuration = Path(folder) / "nginx.conf"
        said = {
            "folder": folder, "port": port, "purge": purge, "origin": origin_port, "secret": SECRET
        }  # fmt: skip
        configuration.write_text(_CONFIGURATION % said)
        process = subprocess.Popen(
            ["nginx", "-p", folder, "-c", str(configuration), "-e", f"{folder}/log"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for each in (port, purge):
                _wait(each, process)
            yield RunningNginx(f"127.0.0.1:{purge}", f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    while True:
        assert process.poll() is None, "nginx has ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            continue
        return
