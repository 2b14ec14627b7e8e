"""A stream whose client has closed its side is over: it counts for none of those that come next."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from origin.app import create_app
from origin.companion.assets.streaming.hub import STREAMS_OF_ONE
from origin.companion.composition import Companion
from origin.companion.media import Media
from origin.defence.client import ClientLimits
from origin.defence.deadlines import Deadlines
from origin.defence.guard import Guard
from tests.functional.api.service import Service, User, over_sqlite_alone
from tests.servers.guarded import serving

SOON_S = 10.0
"""Less than it takes until a heartbeat finds nobody."""
LONG = Deadlines(head_s=1000.0, idle_s=1000.0, window_s=1000.0)


@pytest.fixture
async def port(service: Service) -> AsyncIterator[int]:
    """The API behind connections as ours are, which stay for what a client has asked for."""
    companion = Companion(service.database, Media(service.store))
    app = create_app(service.store, companion=companion)
    guard = Guard(ClientLimits(connections=0, requests_per_s=0), deadlines=LONG)
    async with serving(app, guard) as port:
        yield port


async def opened(port: int, by: User) -> tuple[bytes, asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for a stream; return its status, and the connection behind its first lines."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET /v1/assets/events HTTP/1.1\r\nHost: x\r\n"
        b"Authorization: Bearer %b\r\n\r\n" % by.key.encode()
    )
    status = (await reader.readline()).split()[1]
    await reader.readuntil(b"\r\n\r\n")
    return status, reader, writer


@over_sqlite_alone
async def test_who_reloads_is_never_refused_for_streams_that_were_closed(
    service: Service, port: int
) -> None:
    ann = await service.user()
    async with asyncio.timeout(SOON_S):
        for _ in range(3):
            streams = [await opened(port, ann) for _ in range(STREAMS_OF_ONE)]
            assert [status for status, _, _ in streams] == [b"200"] * STREAMS_OF_ONE
            for _, _, writer in streams:
                writer.close()


@over_sqlite_alone
async def test_who_closes_one_side_hears_the_end(service: Service, port: int) -> None:
    ann = await service.user()
    _, reader, writer = await opened(port, ann)
    writer.write_eof()
    async with asyncio.timeout(SOON_S):
        assert (await reader.read()).endswith(b"0\r\n\r\n"), "it is whole"
    writer.close()


@over_sqlite_alone
async def test_who_closes_before_the_stream_begins_leaves_none(service: Service, port: int) -> None:
    ann = await service.user()
    async with asyncio.timeout(SOON_S):
        for _ in range(STREAMS_OF_ONE * 2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(
                b"GET /v1/assets/events HTTP/1.1\r\nHost: x\r\n"
                b"Authorization: Bearer %b\r\n\r\n" % ann.key.encode()
            )
            writer.write_eof()
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
            writer.close()
