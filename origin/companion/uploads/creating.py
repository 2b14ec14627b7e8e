"""Making an upload: its row, in the transaction that holds it against the creator's quota."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue import events
from origin.companion.catalogue.tables import artists, tracks
from origin.companion.identity.principal import Principal
from origin.companion.identity.rules import Visibility, require_change
from origin.companion.uploads import rows
from origin.companion.uploads.fetching import FETCH_KIND
from origin.companion.uploads.models import NewTrack, UploadDraft
from origin.companion.uploads.states import Way
from origin.companion.uploads.surroundings import Surroundings
from origin.delivery.errors import Conflict, NotFound, Unprocessable
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob


class WayUnavailable(Unprocessable):
    """The store takes nothing in that way."""

    code = "way_unavailable"


class TrackHasAsset(Conflict):
    """The track has a sound already."""

    code = "track_has_asset"

    def __init__(self) -> None:
        super().__init__("This track has an asset already. Make another track, or change its own.")


async def create(
    around: Surroundings,
    principal: Principal,
    draft: UploadDraft,
    *,
    way: Way | None,
    now_s: float,
    tus: Mapping[str, Any] | None = None,
    counted_bytes: int | None = None,
) -> Row[Any]:
    """Make an upload, its track where one is drafted, and the job that fetches a URL.

    ``tus`` is what a client of tus says beside, and ``counted_bytes`` what is held against the
    quota where that is not the size.

    Raises UploadTooLarge, QuotaExceeded, NotFound, Forbidden or TrackHasAsset.
    """
    if draft.size_bytes is not None:
        around.rules.check_size(draft.size_bytes)
    upload_id = around.new_id()
    async with around.database.change() as connection:
        used = await rows.used(connection, principal.user_id, to_add=True)
        around.rules.check_quota(
            used, (draft.size_bytes or 0) if counted_bytes is None else counted_bytes
        )
        track_id = await _track(around, connection, principal, draft, now_s)
        values = _values(around, draft, now_s) | {
            "id": upload_id,
            "user_id": principal.user_id,
            "track_id": track_id,
            "way": way,
            "duplicate_of": await _duplicate(connection, principal, draft, upload_id),
        }
        await rows.add(connection, values | dict(tus or {}))
        if draft.url is not None:
            await _fetch(around, connection, principal, values, now_s)
        made = await rows.find(connection, upload_id)
        if draft.track is not None and track_id is not None:
            await events.tell(
                connection, "track.created", track_id, principal.user_id, {}, now_s=now_s
            )
    if made is None:
        raise NotFound("There is no upload with this id.")
    return made


def _values(around: Surroundings, draft: UploadDraft, now_s: float) -> dict[str, Any]:
    return {
        "asset_id": around.new_id(),
        "playback_id": around.new_id(),
        "name": draft.name,
        "size_bytes": draft.size_bytes,
        "said_sha256": draft.sha256,
        "lossless": draft.lossless,
        "packed_audio": draft.packed_audio,
        "source_url": draft.url,
        "created_s": now_s,
        "expires_s": now_s + around.rules.expires_s,
    }


async def _duplicate(
    connection: AsyncConnection, principal: Principal, draft: UploadDraft, upload_id: str
) -> str | None:
    if draft.sha256 is None:
        return None
    return await rows.same_content(connection, principal.user_id, draft.sha256, but=upload_id)


async def _fetch(
    around: Surroundings,
    connection: AsyncConnection,
    principal: Principal,
    values: dict[str, Any],
    now_s: float,
) -> None:
    job = NewJob(
        FETCH_KIND, {"upload_id": values["id"]}, principal.user_id, subject=values["asset_id"]
    )
    await enqueue(connection, job, job_id=around.new_id(), now_s=now_s)


async def _track(
    around: Surroundings,
    connection: AsyncConnection,
    principal: Principal,
    draft: UploadDraft,
    now_s: float,
) -> str | None:
    """Return the track that the asset is to be of, which is made where it is drafted."""
    if draft.track is not None:
        return await _make_track(around, connection, principal, draft.track, now_s)
    if draft.track_id is None:
        return None
    its = (
        select(tracks.c.asset_id, tracks.c.visibility, artists.c.user_id)
        .join(artists, artists.c.id == tracks.c.artist_id)
        .where(tracks.c.id == draft.track_id, tracks.c.deleted_s.is_(None))
    )
    found = (await connection.execute(its)).one_or_none()
    if found is None:
        raise NotFound("There is no track with this id.")
    require_change(principal, found.user_id, Visibility(found.visibility))
    if found.asset_id is not None:
        raise TrackHasAsset
    return draft.track_id


async def _make_track(
    around: Surroundings,
    connection: AsyncConnection,
    principal: Principal,
    track: NewTrack,
    now_s: float,
) -> str:
    owner = select(artists.c.user_id).where(
        artists.c.id == track.artist_id, artists.c.deleted_s.is_(None)
    )
    owner_id = await connection.scalar(owner)
    if owner_id is None:
        raise NotFound("There is no artist with this id.")
    require_change(principal, owner_id, Visibility.PUBLIC)
    track_id = around.new_id()
    said = track.model_dump()
    beside = {"play_count": 0, "created_s": now_s, "updated_s": now_s, "version": 1}
    await connection.execute(insert(tracks).values(id=track_id, **said, **beside))
    return track_id
