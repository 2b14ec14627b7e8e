"""An origin and what it sends, byte by byte, without a client that forgives."""

import asyncio
from dataclasses import dataclass, field

from aiohttp.test_utils import BaseTestServer
from multidict import CIMultiDict

from tests.sources.published import PublishedAsset

SEGMENT = "128k/00001.m4s"


@dataclass(frozen=True)
class Answer:
    """A response as it came; ``body`` is everything up to the close of the connection."""

    status: int
    headers: CIMultiDict[str]
    body: bytes


@dataclass
class Origin:
    """A running origin with one asset."""

    server: BaseTestServer
    asset: PublishedAsset
    content: bytes = field(init=False)
    path: str = field(init=False)
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        self.content = self.asset.contents[SEGMENT]
        self.path = f"{self.asset.path}/{SEGMENT}"
        self.etag = f'"{self.asset.index.objects()[SEGMENT].sha256}"'

    async def ask(self, method: str, path: str, *headers: str) -> Answer:
        """Send one request and read until the origin closes."""
        lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *headers, "", ""]
        return await self.send("\r\n".join(lines).encode())

    async def send(self, data: bytes) -> Answer:
        """Send bytes and read until the origin closes."""
        assert self.server.port is not None
        reader, writer = await asyncio.open_connection(self.server.host, self.server.port)
        try:
            writer.write(data)
            async with asyncio.timeout(10):
                received = await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()
        head, _, body = received.partition(b"\r\n\r\n")
        status_line, *lines = head.decode().split("\r\n")
        headers: CIMultiDict[str] = CIMultiDict()
        for line in lines:
            name, _, value = line.partition(": ")
            headers.add(name, value)
        assert len(set(headers)) == len(lines), "a header came twice"
        return Answer(int(status_line.split()[1]), headers, body)


def without(headers: CIMultiDict[str], *names: str) -> CIMultiDict[str]:
    kept = headers.copy()
    for name in names:
        kept.popall(name, None)
    return kept
