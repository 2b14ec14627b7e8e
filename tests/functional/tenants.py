"""One server, two workers, three stores: a bucket behind a fault proxy, and two folders.

The bucket is listed first, so that whatever is looked for has to be looked for there, too.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from obstore.store import LocalStore, S3Store

from tests.functional.supervising import Server, supervised
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import Fault, Request
from tests.servers.seaweedfs import Bucket
from tests.servers.soundbridge import TIMEOUT_S
from tests.sources.published import AnyStore, PublishedAsset, publish

SEGMENT = "128k/00001.m4s"
ASKS = 12
"""So many connections reach both workers."""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Tenants:
    """The server, its stores, and what the bucket does with requests."""

    server: Server
    bucket: S3Store
    first: LocalStore
    second: LocalStore
    fault: Fault | None = None
    ids: Iterator[str] = field(default_factory=lambda: (f"track-{n}" for n in count()))

    @property
    def stores(self) -> tuple[AnyStore, ...]:
        return self.bucket, self.first, self.second

    def publish(self, store: AnyStore, **more: str) -> PublishedAsset:
        """Publish something that nobody has asked for."""
        return publish(store, next(self.ids), **more)

    def ask(self, path: str) -> Answer:
        """Ask on a connection of its own."""
        with closing(HTTPConnection(*self.server.address, timeout=TIMEOUT_S)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return Answer(response.status, dict(response.headers), response.read())

    def ask_all(self, *paths: str) -> list[Answer]:
        """Ask at the same time, all workers."""
        with ThreadPoolExecutor(ASKS) as threads:
            return list(threads.map(self.ask, paths * (ASKS // len(paths))))

    def plays(self, asset: PublishedAsset) -> None:
        """Ask all workers for an entry and a segment of it."""
        assert {answer.status for answer in self.ask_all(f"/{asset.entry.playback_id}.m3u8")} == {
            200
        }
        segments = self.ask_all(f"{asset.path}/{SEGMENT}")
        assert {answer.body for answer in segments} == {asset.contents[SEGMENT]}

    def listing(self) -> tuple[set[str], dict[str, Any], dict[str, str]]:
        """Return whose tracks are listed, and what else is said."""
        answer = self.ask("/v1/assets")
        assert answer.status == 200
        said = json.loads(answer.body)
        return {item["playback_id"] for item in said["items"]}, said, answer.headers


@contextmanager
def tenants_served(s3: Bucket, folder: Path) -> Iterator[Tenants]:
    """Run the server until the block ends."""
    folders = [LocalStore(folder / name, mkdir=True) for name in ("first", "second")]
    running: list[Tenants] = []

    def plan(_request: Request) -> Fault | None:
        return running[0].fault if running else None

    options = ("--workers", "2", "--metrics-port", "0", "--requests-per-client", "0")
    with fault_proxy(s3, plan) as proxy, pytest.MonkeyPatch.context() as patched:
        for name, value in proxy.bucket.environment.items():
            patched.setenv(name, value)
        others = [word for name in ("first", "second") for word in ("--store", str(folder / name))]
        with supervised("s3://audio/tenants/one", folder / "log", *others, *options) as server:
            running.append(Tenants(server, s3.store("tenants/one"), folders[0], folders[1]))
            yield running[0]
