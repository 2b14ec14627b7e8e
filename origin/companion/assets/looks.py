"""Looks for the objects of assets that are under way, a few at once; what is found is noted.

An asset has up to tens of thousands of objects, and a store may be slow: nobody's news waits for
what is looked for of another.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Self

import structlog
from obstore.store import ObjectStore
from sqlalchemy import Select, select, update

from manifests.layout import Revision
from origin.companion.assets.looking import Found, NobodyKnows, look_for
from origin.companion.assets.tables import owned_assets as owned
from origin.companion.database import Database
from origin.companion.uploads import rows as uploads
from origin.delivery.errors import DatabaseUnavailable

_AT_ONCE: Final = 4
_UNDER_WAY_MAX: Final = 1_000
_PATIENCE_S: Final = 5.0
"""How long a store is left alone that has not answered."""

_log = structlog.get_logger("soundbridge.assets")


async def _nothing() -> None:
    pass


class Looks:
    """Looks in one store, noted in a database; leaving the block ends those that are under way."""

    def __init__(self, database: Database, store: ObjectStore, clock: Callable[[], float]) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._patient_until_s = 0.0

    async def __aenter__(self) -> Self:
        """Begin with none under way."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End all."""
        under_way = list(self._under_way.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def begin(
        self, asset_id: str, revision: str, then: Callable[[], Awaitable[None]] = _nothing
    ) -> bool:
        """Look for a revision's objects, and do something once what was found is noted.

        False where that is under way already, or has to wait for another time.
        """
        is_full = asset_id in self._under_way or len(self._under_way) >= _UNDER_WAY_MAX
        if is_full or self._is_patient:
            return False
        task = asyncio.create_task(self._look(asset_id, revision, then))
        self._under_way[asset_id] = task
        task.add_done_callback(lambda _: self._under_way.pop(asset_id, None))
        return True

    async def done(self) -> None:
        """Wait for all that are under way."""
        while self._under_way:
            await asyncio.wait(list(self._under_way.values()))

    async def put_off(self, asset_id: str) -> None:
        """Note of an asset that it was looked at, though there is nothing to look for."""
        await self._change(asset_id, looked_s=self._clock())

    @property
    def _is_patient(self) -> bool:
        return self._clock() < self._patient_until_s

    async def _look(
        self, asset_id: str, revision: str, then: Callable[[], Awaitable[None]]
    ) -> None:
        try:
            async with self._places:
                if self._is_patient:
                    return
                found = await look_for(self._store, Revision(asset_id, revision))
            await self._note(asset_id, revision, found)
            await then()
        except NobodyKnows as error:
            self._patient_until_s = self._clock() + _PATIENCE_S
            _log.warning("objects not looked for", asset=asset_id, cause=str(error))
        except DatabaseUnavailable as error:
            _log.warning("assets not watched", cause=str(error.__cause__).partition("\n")[0])
        except Exception:  # noqa: BLE001 one asset that is not understood must not be the end of all
            self._patient_until_s = self._clock() + _PATIENCE_S
            _log.exception("objects not looked for", asset=asset_id)

    async def _note(self, asset_id: str, revision: str, found: Found) -> None:
        if found.missing:
            _log.error(
                "objects missing",
                asset=asset_id,
                revision=revision,
                missing=len(found.missing),
                first=found.missing[0],
            )
        values: dict[str, Any] = {
            "revision": revision,
            "looked_s": self._clock(),
            "missing": len(found.missing),
            "settled_s": None,  # there may be something to tell
        }
        if found.facts is None:
            await self._change(asset_id, **values)
        else:
            sha256 = found.facts.source["sha256"]
            await self._change(asset_id, sha256, **values, facts=found.facts.to_json())

    async def _change(self, asset_id: str, sha256: str | None = None, **values: Any) -> None:
        async with self._database.change() as connection:
            mine = owned.c.asset_id == asset_id
            await connection.execute(update(owned).where(mine).values(**values))
            if sha256 is not None:
                await uploads.note_content(connection, asset_id, sha256)


def looked_at_longest_ago(before_s: float) -> Select[Any]:
    """Return the query of the asset that was looked at longest ago, before some time."""
    return (
        select(owned.c.asset_id)
        .where(owned.c.deleted_s.is_(None), owned.c.looked_s < before_s)
        .order_by(owned.c.looked_s)
        .limit(1)
    )
