"""Telling what becomes of assets, once each, and looking whether their objects are still there.

Jobs are ended by whoever holds them, or by the queue where their workers are lost; none of them
knows of events. So what is to be told is found by comparing what is so with what was told last
(``news``). Who tells, notes it in the same transaction: nothing is lost or told twice, whoever is
killed. A lease keeps others from doing the same work.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Final

import structlog
from obstore.store import ObjectStore
from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion import duties
from origin.companion.api.cursor import Key
from origin.companion.assets import rows
from origin.companion.assets.looks import Looks, looked_at_longest_ago
from origin.companion.assets.standing import failure_of, is_packaging
from origin.companion.assets.tables import owned_assets as owned
from origin.companion.catalogue import events
from origin.companion.catalogue.tracks import rows as tracks
from origin.companion.catalogue.tracks.telling import news as track_news
from origin.companion.database import Database
from origin.companion.duties import Duty
from origin.delivery.errors import DatabaseUnavailable

DUTY: Final = "assets"
_EVERY_S: Final = 0.5
_RESTS: Final = 4
"""So much longer than it took to find what is to be told, the database is left alone."""
_AT_ONCE: Final = 100
_AGAIN_EVERY_S: Final = 15.0
_AGAIN_AFTER_S: Final = 24 * 3600.0

_DEGRADED: Final = select(func.count()).where(owned.c.missing > 0, owned.c.deleted_s.is_(None))

_log = structlog.get_logger("soundbridge.assets")


@dataclass(frozen=True, slots=True)
class News:
    """What can be told; ``key`` tells it apart from what was told before."""

    kind: str
    key: str


def news(row: Row[Any]) -> News | None:
    """Return what there is to tell of an asset as it is, if anything. Pure."""
    if row.state == rows.State.ERRORED:
        return News("asset.errored", f"errored:{row.job_id}:{row.missing}")
    if row.state == rows.State.READY:
        if failure_of(row) is not None:
            return News("asset.repackaging_failed", f"failed:{row.job_id}")
        return News("asset.ready", f"ready:{row.plays}")
    if row.is_playing:
        return News("asset.playable", f"playable:{row.plays}")
    return None


@dataclass(slots=True)
class Watch:
    """Watches the assets of a database, in one store; ``holder`` tells watches apart."""

    database: Database
    store: ObjectStore
    holder: str
    clock: Callable[[], float] = time.time
    degraded: int = 0
    """How many assets have lost objects, as far as was seen."""
    duty: Duty = field(init=False)
    _again_s: float = field(default=0.0)
    _asked_s: float = field(default=0.0)
    _looks: Looks = field(init=False)

    def __post_init__(self) -> None:
        """Begin without the duty, and with no look under way."""
        self._looks = Looks(self.database, self.store, self.clock)
        self.duty = Duty(self.database, DUTY, self.holder, self.clock)

    async def keep(self) -> None:
        """Watch until cancelled."""
        async with self._looks:
            while True:
                await self._keep_once()
                await asyncio.sleep(max(_EVERY_S, _RESTS * self._asked_s))

    async def _keep_once(self) -> None:
        self._asked_s = 0.0
        try:
            if await self.duty.is_ours():
                await self._tell_what_is_known()
                if self.clock() >= self._again_s:
                    self._again_s = self.clock() + _AGAIN_EVERY_S
                    await self._begin_again()
        except DatabaseUnavailable as error:
            _log.warning("assets not watched", cause=str(error.__cause__).partition("\n")[0])
        except Exception:  # noqa: BLE001 one asset that is not understood must not be the end of all
            _log.exception("assets not watched")
            await asyncio.sleep(duties.LEASE_S)

    async def tell_news(self) -> None:
        """Tell what has become of assets, and look for what was published until all is found."""
        await self._tell_what_is_known()
        await self._looks.done()

    async def _tell_what_is_known(self) -> None:
        """Tell what has become of assets; for what was published, a look is begun."""
        behind: Key | None = None
        while found := await self._unsettled(behind):
            for row in found:
                if row.is_published and row.revision != row.plays and not is_packaging(row):
                    then = partial(self._tell, row)
                    if self._looks.begin(row.asset_id, row.plays, then) or _untold(row) is None:
                        continue
                await self._tell(row)
            if len(found) < _AT_ONCE:
                return
            behind = found[-1].created_s, found[-1].asset_id

    async def _unsettled(self, behind: Key | None) -> list[Row[Any]]:
        begun_s = time.monotonic()
        async with self.database.look(None) as connection:
            found = list(await connection.execute(rows.unsettled(self.clock(), _AT_ONCE, behind)))
        self._asked_s += time.monotonic() - begun_s
        return found

    async def _tell(self, before: Row[Any]) -> None:
        """Tell of one asset, if there is anything new, and settle it if nothing more will come."""
        was_looked_for = not before.is_published or before.revision == before.plays
        is_final = not is_packaging(before) and before.state != rows.State.PREPARING
        if was_looked_for and _untold(before) is None and not is_final:
            return
        now_s = self.clock()
        async with self.database.change() as connection:
            row = await rows.find(connection, before.asset_id, now_s=now_s, to_change=True)
            if row is None:
                return
            is_final = not is_packaging(row) and row.state != rows.State.PREPARING
            values: dict[str, Any] = {"settled_s": now_s} if is_final else {}
            told = []
            if (said := _untold(row)) is not None:
                values["told"] = said.key
                told = [events.News(said.kind, row.asset_id, row.owner_id, content(row))]
            if values:
                mine = owned.c.asset_id == row.asset_id
                await connection.execute(update(owned).where(mine).values(**values))
            told += await _measure_track(connection, row, now_s)
            await events.tell_all(connection, told, now_s=now_s)

    async def look_again(self) -> None:
        """Look again for the objects of the asset that was looked at longest ago."""
        await self._begin_again()
        await self._looks.done()

    async def _begin_again(self) -> None:
        now_s = self.clock()
        async with self.database.look(None) as connection:
            self.degraded = await connection.scalar(_DEGRADED) or 0
            asset_id = await connection.scalar(looked_at_longest_ago(now_s - _AGAIN_AFTER_S))
            if asset_id is None:
                return
            row = await rows.find(connection, asset_id, now_s=now_s)
        if row is not None and row.is_published:
            self._looks.begin(asset_id, row.plays)
        else:
            await self._looks.put_off(asset_id)


def _untold(row: Row[Any]) -> News | None:
    said = news(row)
    return None if said is None or said.key == row.told else said


async def _measure_track(
    connection: AsyncConnection, row: Row[Any], now_s: float
) -> list[events.News]:
    """Let a track be as long as its asset by now, with its cover, and listed while that plays.

    Returned is what is to be told.
    """
    track = None
    if row.track_id is not None:
        track = await tracks.find(connection, row.track_id, to_change=True)
    if track is None or (track.listed_s is None and not row.is_playing):
        return []
    now = await tracks.of_asset(connection, row.asset_id)
    was = {"duration_s": track.duration_s, "cover": track.cover}
    fields = {"duration_s": "duration_s", "cover": "artwork"}
    said = {fields[name]: None for name in fields if now[name] != was[name]}
    if tracks.is_to_be_listed(track) != (track.listed_s is not None):
        said["playback_id"] = None
    if said:
        await tracks.change(connection, track, {"asset_id": row.asset_id}, now_s=now_s)
    return [track_news("track.changed", track, said)] if said else []


def content(row: Row[Any]) -> dict[str, Any]:
    """Return what an event tells of an asset."""
    failure = failure_of(row)
    return {
        "state": row.state,
        "playback_id": row.playback_id,
        "track_id": row.track_id,
        "error": None if failure is None else asdict(failure),
    }
