"""Making an upload: its row, in the transaction that holds it against the creator's quota.

What is for a track, or for an artist, belongs to whom they belong to, whoever sends it: an admin
may do so for others.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.alongside import about
from origin.companion.api.errors import BodyInvalid
from origin.companion.assets.rows import came_to_nothing, owner_of
from origin.companion.catalogue import events
from origin.companion.catalogue.artists import rows as artists
from origin.companion.catalogue.events import News
from origin.companion.catalogue.tracks.making import found, make, require_own
from origin.companion.identity.principal import Principal, Scope
from origin.companion.identity.rules import is_owner
from origin.companion.identity.users import will_stay
from origin.companion.uploads import rows
from origin.companion.uploads.fetching import FETCH_KIND
from origin.companion.uploads.models import UploadDraft
from origin.companion.uploads.states import OwnerGone, Way
from origin.companion.uploads.surroundings import Surroundings
from origin.delivery.errors import Conflict, Forbidden, NotFound, Unprocessable
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob


class WayUnavailable(Unprocessable):
    """The store takes nothing in that way."""

    code = "way_unavailable"


class TrackHasAsset(Conflict):
    """The track has an asset that plays, or may yet."""

    code = "track_has_asset"

    def __init__(self) -> None:
        super().__init__(
            "This track has an asset that plays or is being packaged. To give it another, first "
            "PATCH the track with `asset_id` null; or make another track."
        )


async def create(
    around: Surroundings,
    principal: Principal,
    draft: UploadDraft,
    *,
    way: Way | None,
    now_s: float,
    tus: Mapping[str, Any] | None = None,
    parts: Sequence[Row[Any]] = (),
) -> Row[Any]:
    """Make an upload, its track where one is drafted, and the job that fetches a URL.

    ``tus`` is what a client of tus says beside, and ``parts`` are the uploads that it is made of:
    those of its owner are held against the quota already, and go once it is complete.

    Raises UploadTooLarge, QuotaExceeded, BodyInvalid, AlbumFull, NotFound, Forbidden,
    TrackHasAsset or UploadGone.
    """
    _require_catalogue(principal, draft)
    if draft.size_bytes is not None:
        around.rules.check_size(draft.size_bytes)
    upload_id = around.new_id()
    async with around.database.change() as connection:
        owner_id = await _owner(connection, principal, draft, now_s)
        used = await rows.used(connection, owner_id, to_add=True)
        if not await will_stay(connection, owner_id):
            raise OwnerGone
        counted_bytes = await _replaced(connection, owner_id, parts)
        around.rules.check_quota(used, (draft.size_bytes or 0) - counted_bytes)
        track_id, told = await _track(around, connection, principal, draft, now_s)
        values = _values(around, draft, now_s) | {
            "id": upload_id,
            "user_id": owner_id,
            "track_id": track_id,
            "way": way,
            "duplicate_of": await _duplicate(connection, owner_id, draft, upload_id),
        }
        await rows.add(connection, values | dict(tus or {}))
        about(upload_id)
        if draft.url is not None:
            await _fetch(around, connection, values, now_s)
        made = await rows.find(connection, upload_id)
        await events.tell_all(connection, told, now_s=now_s)
    if made is None:
        raise NotFound("There is no upload with this id.")
    return made


async def _replaced(connection: AsyncConnection, owner_id: str, parts: Sequence[Row[Any]]) -> int:
    """Return how much the owner has of these parts that is not to go for another upload."""
    if not parts:
        return 0
    there = await rows.complete_among(connection, [part.id for part in parts])
    there -= await rows.parts_of_open(connection, owner_id)
    return sum(part.size_bytes for part in parts if part.user_id == owner_id and part.id in there)


def _require_catalogue(principal: Principal, draft: UploadDraft) -> None:
    """Raise Forbidden where what they show is not good for the track that it is for."""
    is_for_track = draft.track is not None or draft.track_id is not None
    if is_for_track and Scope.CATALOGUE not in principal.scopes:
        raise Forbidden(f"It is for a track: show what is good for `{Scope.CATALOGUE}`, too.")


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
    connection: AsyncConnection, owner_id: str, draft: UploadDraft, upload_id: str
) -> str | None:
    if draft.sha256 is None:
        return None
    return await rows.same_content(connection, owner_id, draft.sha256, but=upload_id)


async def _fetch(
    around: Surroundings, connection: AsyncConnection, values: dict[str, Any], now_s: float
) -> None:
    job = NewJob(
        FETCH_KIND, {"upload_id": values["id"]}, values["user_id"], subject=values["asset_id"]
    )
    await enqueue(connection, job, job_id=around.new_id(), now_s=now_s)


async def _owner(
    connection: AsyncConnection, principal: Principal, draft: UploadDraft, now_s: float
) -> str:
    """Return whose the upload will be: before anything is written, so that they can be locked."""
    if draft.track_id is not None:
        track = await found(connection, draft.track_id)
        require_own(principal, track)
        asset_id = track.asset_id
        if asset_id is not None and not await came_to_nothing(connection, asset_id, now_s=now_s):
            raise TrackHasAsset
        return str(track.user_id)
    if draft.track is not None:
        artist = await artists.find(connection, draft.track.artist_id)
        if artist is not None and is_owner(principal, artist.user_id):  # else `make` refuses it
            return str(artist.user_id)
    return principal.user_id


async def _track(
    around: Surroundings,
    connection: AsyncConnection,
    principal: Principal,
    draft: UploadDraft,
    now_s: float,
) -> tuple[str | None, list[News]]:
    """Return the track that the asset is to be of, which is made where it is drafted."""
    if draft.track_id is not None:  # it may just have been deleted
        await found(connection, draft.track_id, to_change=True)
    if draft.track is None:
        return draft.track_id, []
    said, track_id = draft.track.model_dump(), around.new_id()
    try:
        _, told = await make(connection, principal, said, track_id, owner_of, now_s=now_s)
    except BodyInvalid as error:
        raise error.under("track") from error
    return track_id, [told]
