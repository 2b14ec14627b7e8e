"""Who appends to an upload: one request at a time, of any process on any machine.

The row names its holder and until when; a task of each process renews what it holds, and a process
that was killed loses it within seconds. Who comes next asks the holder to end: mostly it is the
same client, whose connection was lost without a word, and who would wait for nothing else.

A lease that ran out is no reason to end: a disk that is busy with what comes in makes the database
late, too. It is one to let others have it, and what was written to the row since tells.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import Row, bindparam, or_, select, update

from origin.companion.database import Database
from origin.companion.uploads.states import OPEN, State
from origin.companion.uploads.tables import uploads
from origin.delivery.errors import DatabaseUnavailable, Locked

LEASE_S: Final = 6.0
RENEW_EVERY_S: Final = 1.5
_ASK_EVERY_S: Final = 0.2
_PATIENCE_S: Final = 4.0
_TOKEN_BYTES: Final = 12

_log = structlog.get_logger("soundbridge.uploads")


class UploadBusy(Locked):
    """Somebody else appends to the upload."""

    code = "upload_busy"

    def __init__(self) -> None:
        super().__init__("Another request is sending this upload. Try again in some seconds.")


@dataclass(eq=False, slots=True)
class Hold:
    """An upload that is held: its row as it was then. The holder sets ``received_bytes``.

    ``interrupt`` is called once, where the hold is lost or asked for, to end what is waited for.
    ``taken_s`` is when the database was asked last whose it is, in monotonic seconds: its lease is
    from then, however late the answer came.
    """

    row: Row[Any]
    token: str
    received_bytes: int
    taken_s: float = field(default_factory=time.monotonic)
    interrupt: Callable[[], object] | None = None
    released: asyncio.Event = field(default_factory=asyncio.Event)
    _is_over: bool = False
    _is_lost: bool = False

    @property
    def upload_id(self) -> str:
        """Of which upload."""
        return str(self.row.id)

    def check(self) -> None:
        """Raise UploadBusy where it was found to be somebody else's by now."""
        if self._is_lost:
            raise UploadBusy

    def is_over(self) -> bool:
        """Tell whether it is to be let go."""
        return self._is_over

    def lose(self) -> None:
        """Let it go: it is somebody else's."""
        self._is_lost = True
        self.end()

    def end(self) -> None:
        """Let it go as soon as what has come is stored."""
        if not self._is_over:
            self._is_over = True
            if self.interrupt is not None:
                self.interrupt()


class Holds:
    """What this process holds. ``clock`` tells seconds since the epoch."""

    def __init__(
        self,
        database: Database,
        expires_s: float,
        *,
        clock: Callable[[], float] = time.time,
        lease_s: float = LEASE_S,
    ) -> None:
        self._database = database
        self._expires_s = expires_s
        self._clock = clock
        self._lease_s = lease_s
        self._held: dict[str, Hold] = {}

    @asynccontextmanager
    async def holding(self, upload_id: str, values: Mapping[str, Any]) -> AsyncIterator[Hold]:
        """Hold an upload for the caller's block, and write ``values`` to its row.

        Raises UploadBusy, also where it is not open any more.
        """
        here = self._held.get(upload_id)
        if here is not None:
            here.end()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(here.released.wait(), _PATIENCE_S)
        hold = await self._take(upload_id, values)
        self._held[upload_id] = hold
        try:
            yield hold
        finally:
            if self._held.get(upload_id) is hold:
                del self._held[upload_id]
            await asyncio.shield(self._release(hold))

    async def _take(self, upload_id: str, values: Mapping[str, Any]) -> Hold:
        token = secrets.token_hex(_TOKEN_BYTES)
        deadline_s = time.monotonic() + _PATIENCE_S
        while True:
            now_s, begun_s = self._clock(), time.monotonic()
            is_free = or_(uploads.c.holder.is_(None), uploads.c.held_until_s <= now_s)
            which = (uploads.c.id == upload_id, uploads.c.state.in_(OPEN))
            lease = {"holder": token, "held_until_s": now_s + self._lease_s, "is_wanted": False}
            taken = update(uploads).where(*which, is_free).values(**lease, **values)
            async with self._database.change(alone=True) as connection:
                row = (await connection.execute(taken.returning(*uploads.c))).one_or_none()
                if row is None:
                    await connection.execute(update(uploads).where(*which).values(is_wanted=True))
            if row is not None:
                return Hold(row, token, row.received_bytes, begun_s)
            if time.monotonic() >= deadline_s:
                raise UploadBusy
            await asyncio.sleep(_ASK_EVERY_S)

    async def confirm(self, hold: Hold) -> None:
        """Return for who still holds an upload, before what is there is moved or taken away.

        A process may have been stopped since it took it, and another have completed it. Raises
        UploadBusy.
        """
        good_s = RENEW_EVERY_S
        while time.monotonic() - hold.taken_s >= good_s:
            good_s = self._lease_s  # of what is asked now, however late the answer comes
            mine = (uploads.c.id == hold.upload_id, uploads.c.holder == hold.token)
            held = update(uploads).where(*mine, uploads.c.state.in_(OPEN))
            lease = {"held_until_s": self._clock() + self._lease_s}
            begun_s = time.monotonic()
            async with self._database.change(alone=True) as connection:
                is_held = (await connection.execute(held.values(**lease))).rowcount == 1
            if not is_held:
                hold.lose()
                raise UploadBusy
            hold.taken_s = begun_s

    async def _release(self, hold: Hold) -> None:
        """Give it back; where the database is away, the lease runs out."""
        freed = (
            update(uploads)
            .where(uploads.c.id == hold.upload_id, uploads.c.holder == hold.token)
            .values(
                holder=None,
                received_bytes=hold.received_bytes,
                expires_s=self._clock() + self._expires_s,
            )
        )
        try:
            async with self._database.change(alone=True) as connection:
                await connection.execute(freed)
        except DatabaseUnavailable:
            _log.warning("upload left to its lease", upload=hold.upload_id)
        finally:
            hold.released.set()

    async def keep(self) -> None:
        """Renew what is held, again and again."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            try:
                await self._renew()
            except DatabaseUnavailable as error:
                _log.warning("uploads not renewed", cause=str(error.__cause__))

    async def _renew(self) -> None:
        held = {hold.token: hold for hold in self._held.values()}
        if not held:
            return
        now_s = self._clock()
        renewed = (
            update(uploads)
            .where(
                uploads.c.id == bindparam("of_id"),
                uploads.c.holder == bindparam("by"),
                or_(*(uploads.c.state == each for each in OPEN)),  # IN takes one row at a time
            )
            .values(
                held_until_s=now_s + self._lease_s,
                expires_s=now_s + self._expires_s,
                received_bytes=bindparam("so_far"),
                state=State.RECEIVING,
            )
        )
        said = [
            {"of_id": hold.upload_id, "by": token, "so_far": hold.received_bytes}
            for token, hold in sorted(held.items(), key=lambda each: each[1].upload_id)
        ]
        there = select(uploads.c.holder, uploads.c.is_wanted).where(uploads.c.holder.in_(held))
        async with self._database.change() as connection:
            await connection.execute(renewed, said)
            found = {row.holder: row.is_wanted for row in await connection.execute(there)}
        for token, hold in held.items():
            if token not in found:
                hold.lose()
            elif found[token]:
                hold.end()
