"""The streams over HTTP."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from aiohttp import hdrs, web
from pydantic import Field

from cdn.policy.cache_control import Audience, policy_for
from cdn.policy.object_class import ObjectClass
from origin.companion.api.endpoint import Answer, Call, Endpoint
from origin.companion.api.errors import FieldError, QueryInvalid
from origin.companion.api.known_fields import LAST_EVENT_ID
from origin.companion.api.models import Asked, NoBody
from origin.companion.assets.endpoints import ONE, READERS, found
from origin.companion.assets.streaming.frames import (
    FIRST,
    HEARTBEAT,
    MEDIA_TYPE,
    RESET,
    frame,
    frame_of,
)
from origin.companion.assets.streaming.hub import PREFIXES, Hub, Stream, TooManyStreams
from origin.companion.catalogue import events
from origin.companion.database import Database
from origin.defence.strict import StrictConnection
from origin.delivery.errors import DatabaseUnavailable, ShuttingDown
from origin.telemetry.requests import OBJECT_CLASS

_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_HEARTBEAT_S: Final = 15.0
_LOOKS_S: Final = 1.0
_WRITES_S: Final = 20.0
_AT_ONCE: Final = 200
_HEADERS: Final = {
    hdrs.CONTENT_TYPE: MEDIA_TYPE,
    **policy_for(ObjectClass.PRIVATE, audience=Audience.ONE).headers,
    "X-Accel-Buffering": "no",  # nginx would keep events back until there are 4 KB of them
}


class StreamAsked(Asked):
    """Where to begin."""

    after: int | None = Field(
        default=None,
        ge=0,
        lt=10**18,
        description="The number of the last event that was seen, for clients that cannot send"
        " `Last-Event-ID`.",
    )


class AssetStreams:
    """The endpoints; the ``hub`` has the streams of this process."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub

    async def close(self) -> None:
        """End all streams of this process."""
        await self._hub.close()

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        raises = (TooManyStreams, ShuttingDown, DatabaseUnavailable)
        return [
            Endpoint(
                method="GET", path="/v1/assets/events", name="streamAssets", tag="assets",
                summary="Listen to what becomes of my assets", handle=self.mine, who=READERS,
                query=StreamAsked, streams=True, gives_types=(MEDIA_TYPE,), raises=raises,
                takes_fields=(LAST_EVENT_ID,),
            ),
            Endpoint(
                method="GET", path=f"{ONE}/events", name="streamAsset", tag="assets",
                summary="Listen to what becomes of an asset", handle=self.one, who=READERS,
                query=StreamAsked, streams=True, gives_types=(MEDIA_TYPE,), raises=raises,
                takes_fields=(LAST_EVENT_ID,),
            ),
        ]  # fmt: skip

    async def mine(self, call: Call[StreamAsked, NoBody]) -> Answer | web.StreamResponse:
        """Server-sent events: `asset.created`, `asset.playable`, `asset.ready`, `asset.errored`, ….

        `upload.completed`, `upload.failed` and `upload.expired` say what became of an upload.
        Those with an id are told again behind `Last-Event-ID`, for 30 days; `progress` has none.
        Where something is not kept any more, `reset` says so: read again what you follow.

        It ends when what you show is good no more: within seconds, where it is taken away.
        """
        return await self._answer(call, call.user.user_id, None)

    async def one(self, call: Call[StreamAsked, NoBody]) -> Answer | web.StreamResponse:
        """Server-sent events, as of all assets, of one."""
        async with self._database.look(call.principal) as connection:
            row = await found(connection, call)
        return await self._answer(call, row.owner_id, row.asset_id)

    async def _answer(
        self, call: Call[StreamAsked, Any], owner_id: str, asset_id: str | None
    ) -> web.StreamResponse:
        seen = _seen(call)
        async with self._hub.stream(call.user, owner_id, asset_id) as stream:
            response = web.StreamResponse(headers=_HEADERS)
            response[OBJECT_CLASS] = ObjectClass.PRIVATE
            with (
                suppress(OSError, DatabaseUnavailable),  # the client has gone, or comes again
                _over_with_client(call.request, stream),
            ):
                await response.prepare(call.request)
                await _write(response, FIRST)
                seen = await self._repeat(response, stream, seen)
                await _pass_on(call.request, response, stream, seen)
        return response

    async def _repeat(self, response: web.StreamResponse, stream: Stream, seen: int | None) -> int:
        """Tell what the client has missed; return the number of the last event that it has seen.

        Where some of it is not kept any more, that is said, and what comes from now on.
        """
        async with self._database.look_now() as connection:
            if seen is not None and await events.is_broken_off(connection, seen):
                newest = await events.newest_number(connection)
                await _write(response, frame(RESET, {"read_again": "/v1/assets"}, newest))
                return newest
        while seen is not None and not stream.is_over:
            async with self._database.look_now() as connection:
                missed = await events.since(
                    connection, seen, limit=_AT_ONCE, owner_id=stream.owner_id
                )
            if not missed:
                return seen
            seen = missed[-1].number
            told = [
                frame_of(event)
                for event in missed
                if event.kind.startswith(PREFIXES)
                and stream.concerns(event.owner_id, event.subject)
            ]
            if told:
                await _write(response, b"".join(told))
        return seen or 0


@contextmanager
def _over_with_client(request: web.Request, stream: Stream) -> Iterator[None]:
    """Let a stream end while the block runs, where its client closes its side.

    Else it would count until a heartbeat fails, and a page that is loaded again be refused.
    """
    connection = request.protocol
    if not isinstance(connection, StrictConnection):  # another server's looks are all there is
        yield
        return
    connection.when_heard_out(stream.end)
    try:
        yield
    finally:
        connection.when_heard_out(None)


async def _pass_on(
    request: web.Request, response: web.StreamResponse, stream: Stream, seen: int
) -> None:
    """Tell what the hub says until it, or the client, ends it."""
    quiet_s = 0.0
    while request.transport is not None and not request.transport.is_closing():
        try:
            said = await asyncio.wait_for(stream.frames.get(), _LOOKS_S)
        except TimeoutError:
            quiet_s += _LOOKS_S
            if quiet_s >= _HEARTBEAT_S:
                quiet_s = 0.0
                await _write(response, HEARTBEAT)
            continue
        if said is None:
            return
        number, lines = said
        if number is None or number > seen:
            quiet_s = 0.0
            await _write(response, lines)


async def _write(response: web.StreamResponse, lines: bytes) -> None:
    """Write, unless the client takes nothing for too long; raises TimeoutError then."""
    await asyncio.wait_for(response.write(lines), _WRITES_S)


def _seen(call: Call[StreamAsked, Any]) -> int | None:
    """Return the number of the last event that the client has seen, if it says so."""
    said = call.request.headers.get(LAST_EVENT_ID.name)
    if said is None or said == "":
        return call.query.after
    if not _NUMBER.fullmatch(said):
        raise QueryInvalid(
            [FieldError(LAST_EVENT_ID.name, "it is none of ours; begin without one")]
        )
    return int(said)
