"""The servers that are compared: ours, and nginx with the same files, each on cores of its own."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from benchmarks.packaging.process_tree import memory_bytes, tree
from benchmarks.packaging.runs import pinned

_READY_WITHIN_S: Final = 20.0
_NGINX: Final = Template("""
daemon off;
user root;
worker_processes $workers;
pid $folder/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
    types { video/iso.segment m4s; audio/mp4 mp4; application/vnd.apple.mpegurl m3u8; }
    access_log $folder/access.log combined buffer=64k flush=1s;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    open_file_cache max=10000;
    gzip_static on;
    gzip_vary on;
    server {
        listen 127.0.0.1:$port reuseport;
        root $root;
        location / { add_header Cache-Control "public, max-age=31536000, immutable"; }
        location /t/ { rewrite ^/t/[^/]+(/.*)$$ $$1 last; }
    }
}
""")


@dataclass(frozen=True)
class Server:
    """One that runs: its base URL, and the process that was started."""

    url: str
    pid: int

    def cpu_s(self) -> float:
        """How long it has computed, with all processes that it has started and that still run."""
        return sum(self.cpu_s_each().values())

    def cpu_s_each(self) -> dict[int, float]:
        """How long each of its processes has computed, by their ids."""
        return {pid: _cpu_s(pid) for pid in tree(self.pid)}

    def memory_mb(self) -> float:
        """How much memory it holds, with all processes that it has started."""
        return round(sum(map(memory_bytes, tree(self.pid))) / 1e6, 1)


@contextmanager
def soundbridge(
    store: Path | str | None,
    log: Path,
    *options: str,
    cores: Sequence[int],
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Serve a folder or a bucket with our program, or what it has of its own.

    ``environment`` is added to ours.
    """
    stored = () if store is None else ("--store", str(store))
    serve = [sys.executable, "-m", "origin.cli", "serve", *stored, "--port", "0"]
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*pinned(cores), *serve, *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ | (environment or {}),
        )
    try:
        said = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://\S+[^/\s]", said)
        if found is None:
            raise SystemExit(f"soundbridge serve said {said!r}")
        yield Server(found[0], process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=_READY_WITHIN_S)


@contextmanager
def nginx(root: Path, folder: Path, *, cores: Sequence[int]) -> Iterator[Server]:
    """Serve a folder's files with nginx, one worker for each core."""
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configuration = folder / "nginx.conf"
    configuration.write_text(
        _NGINX.substitute(workers=len(cores), folder=folder, root=root, port=port)
    )
    process = subprocess.Popen([*pinned(cores), "nginx", "-e", "stderr", "-c", str(configuration)])
    try:
        yield Server(_answering(f"http://127.0.0.1:{port}"), process.pid)
    finally:
        process.terminate()
        process.wait(_READY_WITHIN_S)


@contextmanager
def staying_on(cores: Sequence[int]) -> Iterator[None]:
    """Stay on these cores in the caller's block, with all that it starts."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def nginx_version() -> str:
    """Return the version that nginx says it has."""
    told = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True)
    return told.stderr.strip().rpartition("/")[2]


def _cpu_s(pid: int) -> float:
    """Return how long a process has computed, 0 where it has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _answering(url: str) -> str:
    """Return the URL once something answers there, whatever it says."""
    deadline_s = time.monotonic() + _READY_WITHIN_S
    while True:
        try:
            urllib.request.urlopen(f"{url}/", timeout=_READY_WITHIN_S).close()  # noqa: S310
        except urllib.error.HTTPError:
            return url
        except OSError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.02)
        else:
            return url
