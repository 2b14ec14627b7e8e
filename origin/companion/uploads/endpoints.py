"""Uploads over HTTP, but for the bytes."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy import Row, delete

from origin.companion.api import cursor
from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.known_fields import LOCATION
from origin.companion.api.models import NoBody, NoQuery, Page, Paged
from origin.companion.catalogue.tracks.rows import AlbumFull
from origin.companion.identity.principal import Role, Scope
from origin.companion.identity.users import lock_user
from origin.companion.uploads import creating, rows
from origin.companion.uploads.creating import TrackHasAsset, WayUnavailable
from origin.companion.uploads.holding import UploadBusy
from origin.companion.uploads.models import Upload, UploadDraft, WayWanted
from origin.companion.uploads.places.place import Source
from origin.companion.uploads.rules import QuotaExceeded, UploadTooLarge
from origin.companion.uploads.states import (
    OPEN,
    PARTIAL,
    PartTaken,
    State,
    UploadComplete,
    UploadGone,
    Way,
)
from origin.companion.uploads.surroundings import Surroundings
from origin.companion.uploads.tables import uploads
from origin.companion.uploads.views import ROOT, upload_of
from origin.delivery.errors import NotFound, StoreUnavailable

CREATORS = Who(Role.CREATOR, Scope.UPLOAD)


class Uploads:
    """The endpoints; ``has_parts`` where a bucket takes parts."""

    def __init__(self, around: Surroundings, *, has_parts: bool) -> None:
        self._around = around
        self._has_parts = has_parts

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        one = f"{ROOT}/{{upload_id}}"
        return [
            Endpoint(
                method="GET", path=ROOT, name="listUploads", tag="uploads",
                summary="List your uploads, the newest first", handle=self.list, who=CREATORS,
                query=Paged, gives=Page[Upload],
            ),
            Endpoint(
                method="POST", path=ROOT, name="createUpload", tag="uploads",
                summary="Say what is to come, and be told where to send it", handle=self.create,
                who=CREATORS, body=UploadDraft, gives=Upload, status=HTTPStatus.CREATED,
                raises=(
                    AlbumFull, NotFound, QuotaExceeded, TrackHasAsset, UploadGone, UploadTooLarge,
                    WayUnavailable,
                ),
                gives_fields=(LOCATION,),
            ),
            Endpoint(
                method="GET", path=one, name="getUpload", tag="uploads",
                summary="Get an upload", handle=self.get, who=CREATORS, gives=Upload,
            ),
            Endpoint(
                method="DELETE", path=one, name="deleteUpload", tag="uploads",
                summary="Drop an upload that is not complete, or a part", handle=self.delete,
                who=CREATORS, status=HTTPStatus.NO_CONTENT,
                raises=(PartTaken, StoreUnavailable, UploadBusy, UploadComplete),
            ),
        ]  # fmt: skip

    async def list(self, call: Call[Paged, NoBody]) -> Answer:
        """Yours alone. Those that were made last come first."""
        asked = call.query
        behind = None if asked.cursor is None else cursor.read(asked.cursor, (float, str))
        async with self._around.database.look(call.principal) as connection:
            found = await rows.newest(connection, call.user.user_id, behind, asked.limit + 1)
        here = found[: asked.limit]
        last = here[-1] if len(found) > asked.limit else None
        on = None if last is None else cursor.write((last.created_s, last.id))
        items = [upload_of(row, has_parts=self._has_parts) for row in here]
        return Answer(Page[Upload](items=items, next=on))

    async def create(self, call: Call[NoQuery, UploadDraft]) -> Answer:
        """Send the file by any of the ways in `send`; the first that you use stays.

        With `url`, a worker fetches it. Quota and size are told before anything is sent, where you
        say `size_bytes`.
        """
        wanted = call.body.way
        if wanted is WayWanted.S3 and not self._has_parts:
            raise WayUnavailable("The store is no bucket of S3. Send it by put or tus.")
        way = None if wanted is WayWanted.CHOOSE else Way(wanted)
        if call.body.url is not None:
            way = Way.URL
        made = await creating.create(self._around, call.user, call.body, way=way, now_s=call.now_s)
        location = {"Location": f"{ROOT}/{made.id}"}
        return Answer(upload_of(made, has_parts=self._has_parts), HTTPStatus.CREATED, location)

    async def get(self, call: Call[NoQuery, NoBody]) -> Answer:
        """While it is being sent, `received_bytes` may be some seconds old."""
        row = await self._around.found(call.user, call.ids["upload_id"])
        return Answer(upload_of(row, has_parts=self._has_parts))

    async def delete(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Take away what has come of it. Whoever is sending it is cut off."""
        row = await self._around.found(call.user, call.ids["upload_id"])
        await drop(self._around, row)
        return Answer(status=HTTPStatus.NO_CONTENT)


async def drop(around: Surroundings, row: Row[Any]) -> None:
    """Take an upload away; raises UploadComplete where it has become an asset, or PartTaken."""
    gone = delete(uploads).where(uploads.c.id == row.id)
    if row.state == State.COMPLETE:
        if row.tus_concat != PARTIAL:
            raise UploadComplete
        await _give_up_part(around, row)
    if row.state in OPEN:
        async with around.holds.holding(row.id, {}) as hold:
            await around.holds.confirm(hold)
            await around.place.discard(Source.of(hold.row))
            async with around.database.change() as connection:
                await connection.execute(gone.where(uploads.c.holder == hold.token))
        around.digests.forget(row.id)
        return
    await around.place.discard(Source.of(row))
    async with around.database.change() as connection:
        await connection.execute(gone)


async def _give_up_part(around: Surroundings, row: Row[Any]) -> None:
    """Let no upload be made of a part from now on; where it stays, the reaper takes it away.

    Raises PartTaken.
    """
    values = {"state": State.EXPIRED, "expires_s": around.clock(), "completed_s": None}
    async with around.database.change(alone=True) as connection:
        await lock_user(connection, row.user_id)
        if row.id in await rows.parts_of_open(connection, row.user_id):
            raise PartTaken
        await rows.change(connection, row.id, values)
