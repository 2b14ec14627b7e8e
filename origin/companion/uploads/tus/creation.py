"""Making an upload by tus itself, without the API's own POST."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Row

from origin.companion.api.endpoint import Answer, Call, Endpoint
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.uploads import creating, rows
from origin.companion.uploads.creating import TrackHasAsset
from origin.companion.uploads.endpoints import drop
from origin.companion.uploads.holding import UploadBusy
from origin.companion.uploads.models import UploadDraft
from origin.companion.uploads.states import OPEN, PARTIAL, State, UploadGone, Way
from origin.companion.uploads.surroundings import Empty, Surroundings
from origin.companion.uploads.tus import described, fields
from origin.companion.uploads.tus.appending import append, complete_if_whole
from origin.companion.uploads.tus.concatenation import (
    PartsUnfinished,
    concatenate,
    find_parts,
)
from origin.companion.uploads.tus.resource import (
    APPEND_ERRORS,
    CREATORS,
    expiry,
    require_content_type,
    require_version,
)
from origin.companion.uploads.views import ROOT
from origin.delivery.errors import ApiError, BadRequest, NotFound

_TAKES: Final = (
    described.RESUMABLE, described.LENGTH, described.LENGTH_LATER, described.METADATA,
    described.CONCAT, described.CHECKSUM,
)  # fmt: skip
_YES: Final = frozenset({"1", "true", "yes"})


class TusCreation:
    """The endpoint."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def endpoints(self) -> Sequence[Endpoint]:
        """Return it."""
        return [
            Endpoint(
                method="POST", path=f"{ROOT}/tus", name="createTusUpload", tag="tus",
                summary="Make an upload", handle=self.create, who=CREATORS, streams=True,
                status=HTTPStatus.CREATED, body_types=(fields.CONTENT_TYPE,),
                raises=(
                    NotFound, PartsUnfinished, TrackHasAsset, UploadBusy, UploadGone,
                    *APPEND_ERRORS,
                ),
                takes_fields=_TAKES, needs_body=False, protocol=described.TUS,
                gives_fields=(described.LOCATION, described.OFFSET, described.EXPIRES),
            ),
        ]  # fmt: skip

    async def create(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Speak tus 1.0.

        `Upload-Metadata` may have `filename`, `sha256`, `track_id`, `lossless` and `packed_audio`.
        """
        request = call.request
        require_version(request)
        concat = request.headers.get(fields.CONCAT)
        if concat is not None and concat != PARTIAL:
            return await self._concatenated(call, concat)
        size_bytes = fields.length(request.headers)
        if size_bytes == 0:
            raise Empty
        if request.body_exists:
            require_content_type(request)
        checksum = fields.checksum(request.headers)
        row = await self._made(call, size_bytes, {"tus_concat": concat})
        said = {"Location": f"{ROOT}/{row.id}/tus"}
        there, until_s = 0, row.expires_s
        if request.body_exists:
            async with self._undone(row):
                there = await self._first(call, row, checksum)
            said[fields.OFFSET] = str(there)
            until_s = self._around.clock() + self._around.rules.expires_s
        if there != size_bytes:
            said |= expiry(until_s)
        return Answer(status=HTTPStatus.CREATED, headers=said)

    async def _made(
        self,
        call: Call[NoQuery, NoBody],
        size_bytes: int | None,
        tus: dict[str, Any],
        *,
        parts: Sequence[Row[Any]] = (),
    ) -> Row[Any]:
        text = call.request.headers.get(fields.METADATA, "")
        draft = _draft(fields.metadata(text), size_bytes)
        return await creating.create(
            self._around,
            call.user,
            draft,
            way=Way.TUS,
            now_s=call.now_s,
            tus={"tus_metadata": text or None, **tus},
            parts=parts,
        )

    async def _first(
        self, call: Call[NoQuery, NoBody], row: Row[Any], checksum: fields.Checksum | None
    ) -> int:
        """Take in the bytes that come with the request."""
        around = self._around
        values = {"state": State.RECEIVING}
        async with around.holds.holding(row.id, values) as hold, around.opened(hold) as reception:
            await append(around, hold, reception, call.request, checksum)
            await complete_if_whole(around, hold, reception, row.size_bytes)
            return reception.position_bytes

    async def _concatenated(self, call: Call[NoQuery, NoBody], concat: str) -> Answer:
        if fields.LENGTH in call.request.headers:
            raise BadRequest(f"A final upload is as long as its parts: leave {fields.LENGTH} out.")
        parts = await find_parts(self._around, call.user, concat)
        size_bytes = sum(part.size_bytes for part in parts)
        row = await self._made(call, size_bytes, {"tus_concat": concat}, parts=parts)
        values = {"state": State.RECEIVING}
        async with self._undone(row), self._around.holds.holding(row.id, values) as hold:
            await concatenate(self._around, hold)
        return Answer(status=HTTPStatus.CREATED, headers={"Location": f"{ROOT}/{row.id}/tus"})

    @asynccontextmanager
    async def _undone(self, row: Row[Any]) -> AsyncIterator[None]:
        """Take an upload away that the caller's block is refused: nobody is told where it is."""
        around = self._around
        try:
            yield
        except ApiError:
            with suppress(ApiError):  # else it goes when its time is over
                async with around.database.look_now() as connection:
                    left = await rows.find(connection, row.id)
                if left is not None and left.state in OPEN:
                    await drop(around, left)
            raise


def _draft(metadata: dict[str, str], size_bytes: int | None) -> UploadDraft:
    said: dict[str, object] = {
        "name": metadata.get("filename") or metadata.get("name") or "source",
        "size_bytes": size_bytes,
        "sha256": metadata.get("sha256"),
        "track_id": metadata.get("track_id"),
    }
    for name in ("lossless", "packed_audio"):
        said[name] = metadata.get(name, "").lower() in _YES
    try:
        return UploadDraft.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadRequest(f"{fields.METADATA}: {first['loc'][0]}: {first['msg']}.") from error
