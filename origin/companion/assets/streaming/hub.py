"""Asking for all streams of a process at once, and giving each what it is for.

A stream is told what happens from when it joins. What happened before, it reads by itself, and
passes over what it is told again; the hub knows where it is before anybody reads, so that nothing
is in between. All of that is read at the primary: replicas are at different places.

Who listens was asked who they are when the stream began. It is looked every few seconds who of them
is still known, all at once; what ends at a known time, ends then. Who is not known any more hears
the end of the stream, comes again, and is told why.

A stream has room for some frames. Where its client takes them too slowly, the stream ends; the
client comes again with the last number that it has seen, and has missed nothing.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy import select

from origin.companion.assets.streaming.frames import frame, frame_of
from origin.companion.assets.tables import owned_assets as owned
from origin.companion.catalogue import events
from origin.companion.database import Database
from origin.companion.identity.principal import Principal
from origin.companion.identity.standing import standing
from origin.delivery.errors import ApiError, DatabaseUnavailable, ShuttingDown, TooManyRequests
from origin.packaging_job import KIND
from packager.queue.job import State
from packager.queue.tables import jobs

STREAMS_OF_ONE: Final = 8
ASK_AGAIN_S: Final = 5.0
"""How often it is looked who is still known."""
PREFIXES: Final = ("asset.", "upload.")
_EVERY_S: Final = 0.5
_PLACE_S: Final = 1.0
_ROOM: Final = 256
_AT_ONCE: Final = 500
_PROGRESSES: Final = 1_000
_AGAIN_S: Final = 5

_log = structlog.get_logger("soundbridge.events")

Frame = tuple[int | None, bytes]
"""An event's number, where it has one, and its lines."""


class TooManyStreams(TooManyRequests):
    """One user listens more often than is left for them."""

    code = "too_many_streams"

    def __init__(self) -> None:
        self.retry_after_s = _AGAIN_S
        ApiError.__init__(
            self, f"You have {STREAMS_OF_ONE} streams open here. Close one, then open another."
        )


@dataclass(eq=False, slots=True)
class Stream:
    """What one client is to be told; ``asset_id`` is None for all of a user's assets.

    ``listener`` is who asked for it. None among the frames is the end.
    """

    listener: Principal
    owner_id: str
    asset_id: str | None
    frames: asyncio.Queue[Frame | None] = field(default_factory=lambda: asyncio.Queue(_ROOM))
    is_over: bool = False

    def concerns(self, owner_id: str, asset_id: str) -> bool:
        """Tell whether an asset is one that this is about."""
        return self.owner_id == owner_id and self.asset_id in {None, asset_id}

    def put(self, said: Frame) -> None:
        """Say something; where there is no room for it, this ends."""
        try:
            self.frames.put_nowait(said)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Say no more."""
        self.is_over = True
        while not self.frames.empty():
            self.frames.get_nowait()
        self.frames.put_nowait(None)


class Hub:
    """The streams of one process; ``clock`` tells seconds since the epoch."""

    def __init__(
        self,
        database: Database,
        is_draining: Callable[[], bool],
        clock: Callable[[], float] = time.time,
        *,
        ask_again_s: float = ASK_AGAIN_S,
    ) -> None:
        self._database = database
        self._is_draining = is_draining
        self._clock = clock
        self._ask_again_s = ask_again_s
        self._asked_s = 0.0
        self._streams: set[Stream] = set()
        self._of_one: Counter[str] = Counter()
        self._left = asyncio.Event()
        self._joining = asyncio.Lock()
        self._number: int | None = None
        self._progress: dict[str, float] = {}
        self._asking: asyncio.Task[None] | None = None
        self._is_closed = False

    @asynccontextmanager
    async def stream(
        self, listener: Principal, owner_id: str, asset_id: str | None
    ) -> AsyncIterator[Stream]:
        """Give a user a stream of somebody's assets for as long as the caller's block runs.

        Raises TooManyStreams, ShuttingDown or DatabaseUnavailable.
        """
        if self._is_closed or self._is_draining():
            raise ShuttingDown("This server is about to stop; another one will answer.")
        await self._place_for(listener.user_id)
        stream = Stream(listener, owner_id, asset_id)
        self._of_one[listener.user_id] += 1
        try:
            await self._join(stream)
            yield stream
        finally:
            self._streams.discard(stream)
            self._of_one -= Counter([listener.user_id])
            self._left.set()

    async def _place_for(self, user_id: str) -> None:
        """Wait a moment for the end of a stream; raises TooManyStreams.

        Who loads a page again may be heard before it is heard that those of before were closed.
        """
        try:
            async with asyncio.timeout(_PLACE_S):
                while self._of_one[user_id] >= STREAMS_OF_ONE:
                    self._left.clear()
                    await self._left.wait()
        except TimeoutError:
            raise TooManyStreams from None

    async def close(self) -> None:
        """End all streams, and ask no more; the database is somebody else's to close."""
        self._is_closed = True
        if self._asking is not None:
            await asyncio.wait({self._asking})

    async def _join(self, stream: Stream) -> None:
        async with self._joining:
            if self._number is None:
                async with self._database.look_now() as connection:
                    self._number = await events.newest_number(connection)
            self._streams.add(stream)
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._ask(), name="events")

    async def _ask(self) -> None:
        """Ask for as long as there are streams; not cancelled, as a query would be broken off."""
        while True:
            await asyncio.sleep(_EVERY_S)
            if not self._streams:
                self._asking = self._number = None
                self._progress.clear()
                return
            if self._is_closed or self._is_draining():
                for stream in self._streams:
                    stream.end()
                return
            self._end_expired()
            try:
                await self._end_unknown()
                while await self._pass_on_events() == _AT_ONCE:
                    pass
                await self._pass_on_progress()
            except DatabaseUnavailable as error:
                _log.warning("events not read", cause=str(error.__cause__).partition("\n")[0])
            except Exception:  # noqa: BLE001 streams that hear nothing any more must not stay open
                _log.exception("events not read")

    def _end_expired(self) -> None:
        now_s = self._clock()
        for stream in self._streams:
            expires_s = stream.listener.expires_s
            if expires_s is not None and expires_s <= now_s:
                stream.end()

    async def _end_unknown(self) -> None:
        """End streams of who is not known any more by what they showed, if it is time to look."""
        at_s = time.monotonic()
        if at_s - self._asked_s < self._ask_again_s:
            return
        streams = list(self._streams)
        async with self._database.look_now() as connection:
            listeners = {stream.listener for stream in streams}
            known = await standing(connection, listeners, now_s=self._clock())
        self._asked_s = at_s
        for stream in streams:
            if stream.listener not in known:
                stream.end()

    async def _pass_on_events(self) -> int:
        """Pass on what was told since; return how much that was."""
        async with self._database.look_now() as connection:
            found = await events.since(connection, self._number or 0, limit=_AT_ONCE)
        for event in found:
            self._number = event.number
            if event.kind.startswith(PREFIXES):
                self._put(event.owner_id, event.subject, (event.number, frame_of(event)))
        return len(found)

    async def _pass_on_progress(self) -> None:
        """Pass on how far running jobs are, where that is another number than the last."""
        owners = {stream.owner_id for stream in self._streams}
        running = (
            select(owned.c.owner_id, owned.c.asset_id, jobs.c.progress)
            .join(jobs, jobs.c.subject == owned.c.asset_id)
            .where(
                owned.c.owner_id.in_(owners),
                owned.c.settled_s.is_(None),
                owned.c.deleted_s.is_(None),
                jobs.c.kind == KIND,
                jobs.c.state == State.RUNNING,
            )
            .limit(_PROGRESSES)
        )
        async with self._database.look(None) as connection:
            found = list(await connection.execute(running))
        before, self._progress = self._progress, {row.asset_id: row.progress for row in found}
        for row in found:
            if before.get(row.asset_id) != row.progress:
                said = {"asset_id": row.asset_id, "progress": round(row.progress, 4)}
                self._put(row.owner_id, row.asset_id, (None, frame("progress", said)))

    def _put(self, owner_id: str, asset_id: str, said: Frame) -> None:
        for stream in self._streams:
            if stream.concerns(owner_id, asset_id):
                stream.put(said)
