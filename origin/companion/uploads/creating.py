"""Making an upload: its row, in the transaction that holds it against the creator's quota."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.errors import BodyInvalid
from origin.companion.assets.rows import owner_of
from origin.companion.catalogue import events
from origin.companion.catalogue.events import News
from origin.companion.catalogue.tracks.making import found, make, require_own
from origin.companion.identity.principal import Principal
from origin.companion.uploads import rows
from origin.companion.uploads.fetching import FETCH_KIND
from origin.companion.uploads.models import UploadDraft
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

    Raises UploadTooLarge, QuotaExceeded, BodyInvalid, AlbumFull, NotFound, Forbidden or
    TrackHasAsset.
    """
    if draft.size_bytes is not None:
        around.rules.check_size(draft.size_bytes)
    upload_id = around.new_id()
    async with around.database.change() as connection:
        used = await rows.used(connection, principal.user_id, to_add=True)
        around.rules.check_quota(
            used, (draft.size_bytes or 0) if counted_bytes is None else counted_bytes
        )
        track_id, told = await _track(around, connection, principal, draft, now_s)
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
        await events.tell_all(connection, told, now_s=now_s)
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
) -> tuple[str | None, list[News]]:
    """Return the track that the asset is to be of, which is made where it is drafted."""
    if draft.track is not None:
        said, track_id = draft.track.model_dump(), around.new_id()
        try:
            _, told = await make(connection, principal, said, track_id, owner_of, now_s=now_s)
        except BodyInvalid as error:
            raise error.under("track") from error
        return track_id, [told]
    if draft.track_id is not None:
        row = await found(connection, draft.track_id)
        require_own(principal, row)
        if row.asset_id is not None:
            raise TrackHasAsset
    return draft.track_id, []
