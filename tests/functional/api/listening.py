"""A client of event streams: what WHATWG HTML §9.2.6 makes of the lines."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse

from tests.functional.api.service import Service, User

LISTENS_S = 20.0


@dataclass(frozen=True)
class Heard:
    """One event."""

    kind: str
    data: Mapping[str, Any]
    number: int | None


@dataclass
class Listener:
    """An open stream."""

    response: ClientResponse

    async def next(self) -> Heard | None:
        """Return the next event, None at the end of the stream."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(LISTENS_S):
            while line := (await self.response.content.readline()).decode():
                name, _, value = line.rstrip("\n").partition(":")
                if line != "\n":
                    fields[name] = value.removeprefix(" ")
                elif "data" in fields:
                    number = int(fields["id"]) if "id" in fields else None
                    return Heard(fields["event"], json.loads(fields["data"]), number)
                else:
                    fields.clear()
        return None

    async def kinds(self, count: int) -> list[str]:
        """Return the kinds of the next events but progress."""
        heard: list[str] = []
        while len(heard) < count:
            event = await self.next()
            assert event is not None, heard
            if event.kind != "progress":
                heard.append(event.kind)
        return heard


@asynccontextmanager
async def listening(
    service: Service, by: User, path: str = "/v1/assets/events", seen: int | None = None
) -> AsyncIterator[Listener]:
    """Listen for as long as the caller's block runs."""
    headers = dict(by.headers) | ({} if seen is None else {"Last-Event-ID": str(seen)})
    async with service.client.get(path, headers=headers) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "text/event-stream"
        yield Listener(response)
