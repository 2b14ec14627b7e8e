"""Assets in the database: how their state is derived, and how they are found.

``ready`` is only an asset whose present revision was looked at and of which nothing was missing. It
stays so while it is packaged again, and where that fails: what plays is as good as before.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    insert,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.cursor import Key
from origin.companion.assets.tables import owned_assets as owned
from origin.companion.catalogue import events
from origin.companion.catalogue.events import News
from origin.companion.catalogue.tables import tracks
from origin.packaging_job import KIND
from packager.queue.assets import IS_PLAYING
from packager.queue.job import State as JobState
from packager.queue.tables import assets, jobs

CREATED: Final = "asset.created"
_WAITS_S: Final = 30.0
"""A job that was due for so long while nobody packages anything waits for a worker that is gone."""


class State(StrEnum):
    """Where an asset is."""

    PREPARING = "preparing"
    READY = "ready"
    ERRORED = "errored"


async def own(
    connection: AsyncConnection,
    asset_id: str,
    owner_id: str,
    *,
    now_s: float,
    before: Sequence[News] = (),
) -> None:
    """Let an asset be somebody's, and tell of it: the last statement of the transaction.

    That is the one that has registered the asset and enqueued its job. ``before`` is told first.
    """
    await connection.execute(
        insert(owned).values(
            asset_id=asset_id, owner_id=owner_id, created_s=now_s, told=CREATED, missing=0
        )
    )
    told = [*before, News(CREATED, asset_id, owner_id, {})]
    await events.tell_all(connection, told, now_s=now_s)


async def owner_of(connection: AsyncConnection, asset_id: str) -> str | None:
    """Return whose an asset is, None where there is none.

    It is held until the transaction ends: what is told of it meanwhile would miss its new track.
    """
    one = owned.c.asset_id == asset_id, owned.c.deleted_s.is_(None)
    owner: str | None = await connection.scalar(
        select(owned.c.owner_id).where(*one).with_for_update()
    )
    return owner


async def find(
    connection: AsyncConnection, asset_id: str, *, now_s: float, to_change: bool = False
) -> Row[Any] | None:
    """Return an asset, None where there is none; ``to_change`` lets nobody else change it."""
    if to_change:
        await connection.execute(
            select(owned.c.asset_id).where(owned.c.asset_id == asset_id).with_for_update()
        )
    found = _view(now_s).where(owned.c.asset_id == asset_id, owned.c.deleted_s.is_(None))
    row: Row[Any] | None = (await connection.execute(found)).one_or_none()
    return row


async def came_to_nothing(connection: AsyncConnection, asset_id: str, *, now_s: float) -> bool:
    """Tell whether an asset could not be made, and plays nothing: another may take its place."""
    row = await find(connection, asset_id, now_s=now_s)
    return row is not None and row.state == State.ERRORED and row.entry is None


async def newest(
    connection: AsyncConnection,
    owner_id: str,
    behind: Key | None,
    limit: int,
    *,
    now_s: float,
    state: State | None = None,
) -> list[Row[Any]]:
    """Return somebody's assets, the newest first, behind ``(created_s, asset_id)``."""
    return list(await connection.execute(newest_of(owner_id, behind, limit, now_s, state)))


def newest_of(
    owner_id: str, behind: Key | None, limit: int, now_s: float, state: State | None = None
) -> Select[Any]:
    """Return the query of ``newest``."""
    rows = _view(now_s).where(owned.c.owner_id == owner_id, owned.c.deleted_s.is_(None))
    if behind is not None:
        rows = rows.where(tuple_(owned.c.created_s, owned.c.asset_id) < behind)
    if state is not None:
        rows = rows.where(_state() == state)
    return rows.order_by(owned.c.created_s.desc(), owned.c.asset_id.desc()).limit(limit)


def unsettled(now_s: float, limit: int, behind: Key | None = None) -> Select[Any]:
    """Return the query of assets of which there may be something to tell, oldest first.

    They are behind ``(created_s, asset_id)``. What only waits for its turn is not among them.
    """
    rows = _view(now_s).where(owned.c.settled_s.is_(None), owned.c.deleted_s.is_(None), _has_news())
    if behind is not None:
        created_s, asset_id = owned.c.created_s, owned.c.asset_id
        rows = rows.where(created_s >= behind[0], tuple_(created_s, asset_id) > behind)
    return rows.order_by(owned.c.created_s, owned.c.asset_id).limit(limit)


def _has_news() -> ColumnElement[bool]:
    """Whether its job has ended, or something else plays than was told last (``watching.news``)."""
    lacks = literal("errored:") + jobs.c.id + ":" + cast(owned.c.missing, String)
    said = case(
        (_state() == State.ERRORED, lacks),
        (_state() == State.READY, "ready:" + assets.c.revision),
        else_="playable:" + assets.c.revision,
    )
    is_open = jobs.c.state.in_((JobState.QUEUED, JobState.RUNNING))
    is_unseen = and_(_is_published(), owned.c.revision.is_distinct_from(assets.c.revision))
    is_told = or_(~IS_PLAYING, and_(~is_unseen, owned.c.told == said))
    return or_(jobs.c.id.is_(None), ~is_open, ~is_told)


def _view(now_s: float) -> Select[Any]:
    newest_job = (
        select(jobs.c.id)
        .where(jobs.c.subject == owned.c.asset_id, jobs.c.kind == KIND)
        .order_by(jobs.c.created_s.desc(), jobs.c.id.desc())
        .limit(1)
        .correlate(owned)
        .scalar_subquery()
    )
    return (
        select(
            owned,
            _state().label("state"),
            IS_PLAYING.label("is_playing"),
            _is_published().label("is_published"),
            _is_stalled(now_s).label("is_stalled"),
            assets.c.playback_id,
            assets.c.revision.label("plays"),
            assets.c.entry,
            jobs.c.id.label("job_id"),
            jobs.c.state.label("job_state"),
            jobs.c.created_s.label("job_created_s"),
            jobs.c.progress,
            jobs.c.attempts,
            jobs.c.payload,
            jobs.c.failure_code,
            jobs.c.failure_reason,
            tracks.c.id.label("track_id"),
        )
        .join(assets, assets.c.asset_id == owned.c.asset_id)
        .outerjoin(jobs, jobs.c.id == newest_job)
        .outerjoin(
            tracks, and_(tracks.c.asset_id == owned.c.asset_id, tracks.c.deleted_s.is_(None))
        )
    )


def _is_published() -> ColumnElement[bool]:
    """Whether a complete revision plays, and not one that grows."""
    return and_(IS_PLAYING, assets.c.publications > 0)


def _state() -> ColumnElement[str]:
    was_looked_at = owned.c.revision == assets.c.revision
    return case(
        (and_(_is_published(), was_looked_at, owned.c.missing == 0), State.READY.value),
        (and_(_is_published(), was_looked_at), State.ERRORED.value),
        (_is_published(), State.PREPARING.value),
        (jobs.c.state == JobState.PARKED, State.ERRORED.value),
        else_=State.PREPARING.value,
    )


def _is_stalled(now_s: float) -> ColumnElement[bool]:
    """Whether its worker was not heard of, or nobody takes it up.

    Where others are being packaged, it is only not its turn.
    """
    at_work = jobs.alias("at_work")
    somebody_packages = exists().where(
        at_work.c.state == JobState.RUNNING,
        at_work.c.kind == KIND,
        at_work.c.lease_until_s > now_s,
    )
    return or_(
        and_(jobs.c.state == JobState.RUNNING, jobs.c.lease_until_s <= now_s),
        and_(
            jobs.c.state == JobState.QUEUED,
            jobs.c.not_before_s <= now_s - _WAITS_S,
            ~somebody_packages,
        ),
    )
