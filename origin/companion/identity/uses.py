"""When keys and sessions were last used: written a while later, many at once.

A request costs no write. What a process has not written when it is killed is lost; a use in every
``LATE_S`` is what counts for the week after which a session nobody uses ends.
"""

import asyncio
from contextlib import suppress
from typing import Final

import structlog
from sqlalchemy import Table, bindparam, or_, update

from origin.companion.database import Database
from origin.companion.identity.principal import Means, Principal
from origin.companion.identity.tables import api_keys, sessions
from origin.delivery.errors import DatabaseUnavailable

LATE_S: Final = 60.0
_AT_ONCE: Final = 500
_AT_END_S: Final = 2.0
_HELD_MAX: Final = 100_000
_PLACES: Final = {Means.KEY: (api_keys, "used_s"), Means.SESSION: (sessions, "seen_s")}

_log = structlog.get_logger("soundbridge.identity")


class Uses:
    """Takes note of what is used, and writes it down from time to time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: dict[Means, dict[str, float]] = {Means.KEY: {}, Means.SESSION: {}}

    def note(self, principal: Principal, now_s: float) -> None:
        """Take note that a key or a session was used."""
        held = self._held.get(principal.means)
        if held is not None and (len(held) < _HELD_MAX or principal.credential_id in held):
            held[principal.credential_id] = now_s

    async def run(self) -> None:
        """Write down what is used, again and again, and once more at the end."""
        try:
            while True:
                await asyncio.sleep(LATE_S)
                await self._tried()
        finally:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._tried(), _AT_END_S)

    async def write(self) -> None:
        """Write down what was used since the last time; raises DatabaseUnavailable."""
        for means, (table, column) in _PLACES.items():
            held, self._held[means] = self._held[means], {}
            try:
                await self._write(table, column, held)
            except DatabaseUnavailable:
                self._held[means] = held | self._held[means]
                raise

    async def _tried(self) -> None:
        try:
            await self.write()
        except DatabaseUnavailable as error:
            _log.warning("uses not written yet", cause=str(error.__cause__))

    async def _write(self, table: Table, column: str, held: dict[str, float]) -> None:
        rows = [{"one": one, "then_s": then_s} for one, then_s in held.items()]
        seen = table.c[column]
        later = (
            update(table)
            .where(
                table.c.id == bindparam("one"),
                or_(seen.is_(None), seen < bindparam("then_s")),
            )
            .values({column: bindparam("then_s")})
        )
        for start in range(0, len(rows), _AT_ONCE):
            async with self._database.change() as connection:
                await connection.execute(later, rows[start : start + _AT_ONCE])
