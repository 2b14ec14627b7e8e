"""An upload as tus has it: how much is there, more of it, and its end."""

from collections.abc import Sequence
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs, web
from sqlalchemy import Row

from cdn.policy.object_class import ObjectClass
from origin.companion.alongside import about
from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.identity.principal import Role, Scope
from origin.companion.uploads.endpoints import drop
from origin.companion.uploads.holding import UploadBusy
from origin.companion.uploads.receiving import BrokenOff, check_coding
from origin.companion.uploads.rules import QuotaExceeded, UploadTooLarge
from origin.companion.uploads.signatures import NotSound
from origin.companion.uploads.states import (
    PartTaken,
    State,
    UploadComplete,
    UploadGone,
    Way,
    WayTaken,
    require_open,
)
from origin.companion.uploads.surroundings import Empty, SizeMismatch, Surroundings
from origin.companion.uploads.tus import described, fields
from origin.companion.uploads.tus.appending import append, complete_if_whole, settle, take
from origin.companion.uploads.tus.concatenation import PartsUnfinished, concatenate
from origin.companion.uploads.views import ROOT
from origin.delivery.errors import (
    BadRequest,
    ChecksumMismatch,
    Conflict,
    Forbidden,
    MediaTypeUnsupported,
    MethodNotAllowed,
    PreconditionFailed,
    RequestTimedOut,
    StoreUnavailable,
)
from origin.telemetry.requests import OBJECT_CLASS

CREATORS: Final = Who(Role.CREATOR, Scope.UPLOAD)
APPEND_ERRORS: Final = (
    BadRequest, BrokenOff, ChecksumMismatch, Empty, MediaTypeUnsupported, NotSound,
    PreconditionFailed, QuotaExceeded, RequestTimedOut, SizeMismatch, StoreUnavailable,
    UploadTooLarge,
)  # fmt: skip
_APPENDING: Final = (
    described.RESUMABLE, described.OFFSET.always, described.LENGTH, described.CHECKSUM,
)  # fmt: skip
_OVERRIDDEN: Final = (
    described.RESUMABLE, described.OFFSET, described.LENGTH, described.CHECKSUM,
)  # fmt: skip
_STATE: Final = (
    described.OFFSET.always, described.LENGTH, described.LENGTH_LATER, described.METADATA,
    described.CONCAT, described.EXPIRES, described.NO_STORE,
)  # fmt: skip
_METHODS: Final = ("DELETE", "HEAD", "PATCH")
_NO_STORE: Final[dict[str, str]] = {hdrs.CACHE_CONTROL: "no-store"}


class OffsetMismatch(Conflict):
    """The bytes are for another place than behind those that are there."""

    code = "offset_mismatch"

    def __init__(self, position_bytes: int) -> None:
        super().__init__(f"{position_bytes} bytes are there: go on behind them, or ask again.")


class TusResource:
    """The endpoints of one upload."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        one = f"{ROOT}/{{upload_id}}/tus"
        shared: dict[str, Any] = {
            "path": one, "tag": "tus", "handle": self.handle, "who": CREATORS, "streams": True,
            "protocol": described.TUS, "is_piecemeal": True,
        }  # fmt: skip
        ended = (UploadBusy, UploadComplete, UploadGone, WayTaken)
        return [
            Endpoint(
                method="HEAD", name="headTusUpload", summary="Tell how much is there",
                raises=(BadRequest, PartsUnfinished, PreconditionFailed, StoreUnavailable, *ended),
                takes_fields=(described.RESUMABLE,), gives_fields=_STATE, **shared,
            ),
            Endpoint(
                method="PATCH", name="patchTusUpload", summary="Send the next bytes",
                status=HTTPStatus.NO_CONTENT, body_types=(fields.CONTENT_TYPE,),
                raises=(OffsetMismatch, *APPEND_ERRORS, *ended), takes_fields=_APPENDING,
                gives_fields=(described.OFFSET.always, described.EXPIRES), **shared,
            ),
            Endpoint(
                method="DELETE", name="deleteTusUpload", summary="Terminate an upload",
                status=HTTPStatus.NO_CONTENT,
                raises=(BadRequest, PartTaken, PreconditionFailed, StoreUnavailable, *ended),
                takes_fields=(described.RESUMABLE,), **shared,
            ),
            Endpoint(
                method="POST", name="postTusUpload",
                summary="Do what X-HTTP-Method-Override says", status=HTTPStatus.NO_CONTENT,
                body_types=(fields.CONTENT_TYPE,), needs_body=False,
                raises=(MethodNotAllowed, OffsetMismatch, PartTaken, *APPEND_ERRORS, *ended),
                takes_fields=(described.METHOD_OVERRIDE, *_OVERRIDDEN),
                gives_fields=(described.OFFSET, described.EXPIRES), **shared,
            ),
        ]  # fmt: skip

    async def handle(self, call: Call[NoQuery, NoBody]) -> Answer | web.StreamResponse:
        """Speak tus 1.0; `X-HTTP-Method-Override` takes the place of the method."""
        require_version(call.request)
        method = call.request.headers.get(fields.METHOD_OVERRIDE, call.request.method)
        row = await self._around.found(call.user, call.ids["upload_id"])
        match method:
            case hdrs.METH_HEAD:
                return await self._head(row, call.now_s)
            case hdrs.METH_PATCH:
                return await self._patch(row, call)
            case hdrs.METH_DELETE:
                about(row.id)
                await drop(self._around, row)
                return Answer(status=HTTPStatus.NO_CONTENT)
            case _:
                raise MethodNotAllowed(_METHODS)

    async def _head(self, row: Row[Any], now_s: float) -> web.StreamResponse:
        position_bytes: int = row.received_bytes
        if row.state != State.COMPLETE:
            require_open(row, Way.TUS, now_s)
            row, position_bytes = await self._looked_at(row)
        said = {fields.OFFSET: str(position_bytes)} | _NO_STORE | _described(row)
        response = web.Response(headers=said)
        response[OBJECT_CLASS] = ObjectClass.PRIVATE
        return response

    async def _looked_at(self, row: Row[Any]) -> tuple[Row[Any], int]:
        """Return an upload, and how much is there; where that is all, it is completed."""
        around = self._around
        async with around.holds.holding(row.id, {"way": Way.TUS}) as hold:
            if is_final(row):
                done: Row[Any] | None = await concatenate(around, hold)
                return done or row, row.size_bytes
            async with around.opened(hold) as reception:
                position_bytes = await settle(around, hold, reception)
                done = await complete_if_whole(around, hold, reception, row.size_bytes)
        return done or row, position_bytes

    async def _patch(self, row: Row[Any], call: Call[NoQuery, NoBody]) -> Answer:
        around, request = self._around, call.request
        require_content_type(request)
        start, checksum = fields.offset(request.headers), fields.checksum(request.headers)
        if is_final(row):
            raise Forbidden("This upload is made of others: nothing can be added to it.")
        if row.state == State.COMPLETE:
            if start != row.size_bytes:
                raise OffsetMismatch(row.size_bytes)
            return Answer(status=HTTPStatus.NO_CONTENT, headers={fields.OFFSET: str(start)})
        require_open(row, Way.TUS, call.now_s)
        said_bytes = fields.number(request.headers, fields.LENGTH)
        async with around.holds.holding(row.id, {}) as hold:
            require_open(hold.row, Way.TUS, call.now_s)  # others may have come in another way
            async with around.opened(hold) as reception:
                there = await settle(around, hold, reception)
                if start != there:
                    raise OffsetMismatch(there)
                await take(around, hold, said_bytes)
                size_bytes = hold.row.size_bytes
                if there != size_bytes:
                    await append(around, hold, reception, request, checksum)
                await complete_if_whole(around, hold, reception, size_bytes)
                there = reception.position_bytes
        said = {fields.OFFSET: str(there)}
        if there != size_bytes:
            said |= expiry(around.clock() + around.rules.expires_s)
        return Answer(status=HTTPStatus.NO_CONTENT, headers=said)


def require_version(request: web.Request) -> None:
    """Raise PreconditionFailed where a client speaks another tus."""
    if request.headers.get(fields.RESUMABLE) != fields.VERSION:
        raise PreconditionFailed(f"Say {fields.RESUMABLE}: {fields.VERSION}; there is no other.")


def require_content_type(request: web.Request) -> None:
    """Raise MediaTypeUnsupported for content that is not what tus sends."""
    if request.content_type != fields.CONTENT_TYPE:
        raise MediaTypeUnsupported(f"Send the bytes as {fields.CONTENT_TYPE}.")
    check_coding(request)


def is_final(row: Row[Any]) -> bool:
    """Tell whether an upload is made of others."""
    return bool(row.tus_concat) and row.tus_concat.startswith("final")


def expiry(expires_s: float) -> dict[str, str]:
    """Return until when something has to come."""
    return {fields.EXPIRES: formatdate(expires_s, usegmt=True)}


def _described(row: Row[Any]) -> dict[str, str]:
    said: dict[str, str] = {}
    if row.size_bytes is None:
        said[fields.DEFER_LENGTH] = "1"
    else:
        said[fields.LENGTH] = str(row.size_bytes)
    if row.tus_metadata:
        said[fields.METADATA] = row.tus_metadata
    if row.tus_concat:
        said[fields.CONCAT] = row.tus_concat
    if row.state != State.COMPLETE:
        said |= expiry(row.expires_s)
    return said
