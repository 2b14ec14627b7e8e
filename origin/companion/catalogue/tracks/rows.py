"""Tracks in the database. Rows of deleted ones are there to no query here.

A row has with it what a list shows of its artist and album, and where it plays, so that a list is
one query. These are outer joins: they hide nothing, ``visibility`` does.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, case, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.artwork.lifecycle import let_go
from origin.companion.assets.facts import Facts
from origin.companion.assets.tables import owned_assets
from origin.companion.catalogue import listing
from origin.companion.catalogue.tables import albums, artists, track_tags, tracks
from origin.companion.identity.rules import Visibility
from origin.companion.plays.trending import score_with
from origin.delivery.errors import Conflict
from packager.queue.assets import IS_PLAYING
from packager.queue.tables import assets

ALBUM_TRACKS_MAX: Final = 5_000
_PLAYED_AT_ONCE: Final = 1_000


_PLAYED: Final = (
    update(tracks)
    .where(tracks.c.id == bindparam("played"))
    .values(play_count=tracks.c.play_count + bindparam("more"), trending=bindparam("score"))
)


class AssetTaken(Conflict):
    """Another track is of the same asset."""

    code = "asset_taken"

    def __init__(self) -> None:
        super().__init__("Another track has this asset. Take it from that one, or delete that one.")


class AlbumFull(Conflict):
    """An album has as many tracks as one may have."""

    code = "album_full"

    def __init__(self) -> None:
        super().__init__(f"An album has at most {ALBUM_TRACKS_MAX} tracks. Begin another one.")


_PLAYABLE: Final = case((IS_PLAYING, assets.c.playback_id)).label("playback_id")


def shown() -> Select[Any]:
    """Return the query of tracks with what is shown of them, without a condition or an order."""
    return (
        select(
            tracks,
            artists.c.name.label("artist_name"),
            artists.c.handle.label("artist_handle"),
            artists.c.deleted_s.label("artist_deleted_s"),
            albums.c.title.label("album_title"),
            albums.c.visibility.label("album_visibility"),
            _PLAYABLE,
        )
        .outerjoin(artists, artists.c.id == tracks.c.artist_id)
        .outerjoin(albums, albums.c.id == tracks.c.album_id)
        .outerjoin(assets, assets.c.asset_id == tracks.c.asset_id)
    )


# What is asked for each request is made once: making a query takes longer than asking it.
_ONE: Final = shown().where(tracks.c.id == bindparam("track_id"), tracks.c.deleted_s.is_(None))
_ONE_TO_CHANGE: Final = _ONE.with_for_update(of=tracks)
_SOME: Final = shown().where(
    tracks.c.id.in_(bindparam("track_ids", expanding=True)), tracks.c.deleted_s.is_(None)
)
_HEARD: Final[Select[Any]] = _SOME.with_only_columns(
    *(tracks.c.id, tracks.c.user_id, tracks.c.visibility, tracks.c.duration_s),
    artists.c.deleted_s.label("artist_deleted_s"),
    _PLAYABLE,
)
_CHANGE: Final = (
    update(tracks)
    .where(tracks.c.id == bindparam("changed_id"))
    .values(version=tracks.c.version + 1)
)


async def find(
    connection: AsyncConnection, track_id: str, *, to_change: bool = False
) -> Row[Any] | None:
    """Return a track, None where there is none; ``to_change`` lets nobody else change it."""
    one = _ONE_TO_CHANGE if to_change else _ONE
    found: Row[Any] | None = (await connection.execute(one, {"track_id": track_id})).one_or_none()
    return found


async def some(connection: AsyncConnection, ids: Iterable[str]) -> Sequence[Row[Any]]:
    """Return those of some tracks that are there."""
    return await _among(connection, _SOME, ids)


async def heard(connection: AsyncConnection, ids: Iterable[str]) -> Sequence[Row[Any]]:
    """Return those of some tracks that are there: how long they are, and who may see them."""
    return await _among(connection, _HEARD, ids)


async def _among(
    connection: AsyncConnection, asked: Select[Any], ids: Iterable[str]
) -> Sequence[Row[Any]]:
    there: Sequence[Row[Any]] = (await connection.execute(asked, {"track_ids": list(ids)})).all()
    return there


async def add(connection: AsyncConnection, values: Mapping[str, Any], *, now_s: float) -> None:
    """Add a track; raises AssetTaken."""
    asset = await _playing(connection, values["asset_id"])
    row = {**values, **_measured(asset), "play_count": 0, "version": 1}
    row |= _listed(values, now_s, plays=asset is not None)
    try:
        await connection.execute(insert(tracks).values(**row | {"tags": _text(values["tags"])}))
    except IntegrityError as error:
        raise AssetTaken from error
    await _add_tags(connection, values["id"], values["tags"], row["listed_s"])


async def change(
    connection: AsyncConnection, before: Row[Any], said: Mapping[str, Any], *, now_s: float
) -> None:
    """Say something else of a track, which has its asset's length and cover; raises AssetTaken."""
    row, by_now = dict(said), {**before._mapping, **said}  # noqa: SLF001 its public name
    if "tags" in said:
        row["tags"] = _text(said["tags"])
    asset = await _playing(connection, by_now["asset_id"])
    row |= _listed(by_now, now_s, plays=asset is not None)
    if "asset_id" in said:
        row |= _measured(asset)
    try:
        await connection.execute(_CHANGE, {**row, "updated_s": now_s, "changed_id": before.id})
    except IntegrityError as error:
        raise AssetTaken from error
    if "tags" in said or row["listed_s"] != before.listed_s:
        tags = said["tags"] if "tags" in said else json.loads(before.tags)
        await connection.execute(delete(track_tags).where(track_tags.c.track_id == before.id))
        await _add_tags(connection, before.id, tags, row["listed_s"])


async def remove(connection: AsyncConnection, ids: Iterable[str], *, now_s: float) -> None:
    """Delete tracks: the rows stay, without a place in any list."""
    some = list(ids)
    gone = {"deleted_s": now_s, **listing.columns(None)}
    await connection.execute(
        update(tracks).where(tracks.c.id.in_(some)).values(**gone, version=tracks.c.version + 1)
    )
    await connection.execute(delete(track_tags).where(track_tags.c.track_id.in_(some)))
    await let_go(connection, some, now_s=now_s)


async def add_plays(
    connection: AsyncConnection, played_s: Mapping[str, Sequence[float]]
) -> set[str]:
    """Add plays to tracks, by the times at which they began; return which tracks are there.

    Versions stay: nobody has said anything else of them. Rows are held in the order of their ids.
    """
    there: set[str] = set()
    ids = sorted(played_s)
    for start in range(0, len(ids), _PLAYED_AT_ONCE):
        held = (
            select(tracks.c.id, tracks.c.trending)
            .where(tracks.c.id.in_(ids[start : start + _PLAYED_AT_ONCE]))
            .order_by(tracks.c.id)
            .with_for_update()
        )
        more = [
            {
                "played": row.id,
                "more": len(played_s[row.id]),
                "score": score_with(row.trending, played_s[row.id]),
            }
            for row in await connection.execute(held)
        ]
        if more:
            await connection.execute(_PLAYED, more)
        there.update(row["played"] for row in more)
    return there


async def end_of(connection: AsyncConnection, album_id: str, track_id: str) -> int:
    """Return the position behind the last of an album's other tracks; raises AlbumFull.

    Who asks holds the album, so that nobody else gets the same.
    """
    there = select(func.count(), func.max(tracks.c.album_position)).where(
        tracks.c.album_id == album_id, tracks.c.deleted_s.is_(None), tracks.c.id != track_id
    )
    count, last = (await connection.execute(there)).one()
    if count >= ALBUM_TRACKS_MAX:
        raise AlbumFull
    return 0 if last is None else int(last) + 1


async def of_asset(connection: AsyncConnection, asset_id: str | None) -> dict[str, Any]:
    """Return what a track has from its asset: how long it is, and its cover, as far as is known.

    What is packaged only now says so later.
    """
    return _measured(await _playing(connection, asset_id))


def is_to_be_listed(row: Row[Any]) -> bool:
    """Tell whether public lists are to have a track, as it is and plays by now."""
    return row.visibility == Visibility.PUBLIC and row.playback_id is not None


async def _playing(connection: AsyncConnection, asset_id: str | None) -> Any:
    """Return what is known of an asset that plays, None where it does not."""
    looked_at = owned_assets.c.revision == assets.c.revision
    known = (
        select(assets.c.entry, case((looked_at, owned_assets.c.facts)).label("facts"))
        .outerjoin(owned_assets, owned_assets.c.asset_id == assets.c.asset_id)
        .where(assets.c.asset_id == asset_id, IS_PLAYING)
    )
    return (await connection.execute(known)).one_or_none()


def _measured(row: Any) -> dict[str, Any]:
    if row is None:
        return {"duration_s": None, "cover": None}
    cover = None if row.facts is None else Facts.from_json(row.facts).cover
    duration_s = json.loads(row.entry).get("duration_s")
    return {"duration_s": duration_s, "cover": None if cover is None else cover.to_json()}


def _listed(row: Mapping[str, Any], now_s: float, *, plays: bool) -> dict[str, Any]:
    is_public = row["visibility"] == Visibility.PUBLIC and plays
    since_s = listing.published_s(row.get("published_s"), is_public=is_public, now_s=now_s)
    return {"published_s": since_s, **listing.columns(since_s if is_public else None)}


def _text(tags: Iterable[str]) -> str:
    return json.dumps(list(tags), ensure_ascii=False, separators=(",", ":"))


async def _add_tags(
    connection: AsyncConnection, track_id: str, tags: Iterable[str], listed_s: float | None
) -> None:
    rows = [{"track_id": track_id, "tag": tag, "listed_s": listed_s} for tag in tags]
    if rows:
        await connection.execute(insert(track_tags), rows)
