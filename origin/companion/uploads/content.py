"""The plain way: one PUT of the whole file, from its first byte."""

import hashlib
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy import Row

from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.identity.principal import Role, Scope
from origin.companion.uploads.digests import DigestMismatch, Said
from origin.companion.uploads.holding import Hold, UploadBusy
from origin.companion.uploads.models import Upload
from origin.companion.uploads.places.place import Reception
from origin.companion.uploads.receiving import (
    BrokenOff,
    check_coding,
    content_of,
    interruptible,
)
from origin.companion.uploads.rules import QuotaExceeded, UploadTooLarge
from origin.companion.uploads.signatures import NotSound
from origin.companion.uploads.states import (
    State,
    UploadComplete,
    UploadGone,
    Way,
    WayTaken,
    require_open,
)
from origin.companion.uploads.surroundings import Empty, SizeMismatch, Surroundings
from origin.companion.uploads.views import ROOT, upload_of
from origin.delivery.errors import RequestTimedOut, StoreUnavailable

ANY_TYPES = ("application/octet-stream", "audio/*")


class Content:
    """The endpoint; ``has_parts`` where a bucket takes them."""

    def __init__(self, around: Surroundings, *, has_parts: bool) -> None:
        self._around = around
        self._has_parts = has_parts

    def endpoints(self) -> Sequence[Endpoint]:
        """Return it."""
        return [
            Endpoint(
                method="PUT", path=f"{ROOT}/{{upload_id}}/content", name="putUploadContent",
                tag="uploads", summary="Send the file", handle=self.put,
                who=Who(Role.CREATOR, Scope.UPLOAD), gives=Upload, streams=True, is_piecemeal=True,
                body_types=ANY_TYPES,
                raises=(
                    BrokenOff, DigestMismatch, Empty, NotSound, QuotaExceeded,
                    RequestTimedOut, SizeMismatch, StoreUnavailable, UploadBusy, UploadComplete,
                    UploadGone, UploadTooLarge, WayTaken,
                ),
            ),
        ]  # fmt: skip

    async def put(self, call: Call[NoQuery, NoBody]) -> Answer:
        """All of it in one request; where that breaks off, it is sent from its start again.

        `Content-Digest` or `Repr-Digest` (RFC 9530) with sha-256 or sha-512 are held against what
        arrives. The answer comes once the file is stored and its packaging is queued.
        """
        around, request = self._around, call.request
        row = require_open(
            await around.found(call.user, call.ids["upload_id"]), Way.PUT, call.now_s
        )
        check_coding(request)
        if not request.body_exists:
            raise Empty
        said = Said(request.headers)
        await self._check_length(row, request.content_length)
        values = {"way": Way.PUT, "state": State.RECEIVING}
        async with (
            around.holds.holding(row.id, values) as hold,
            around.opened(hold, anew=True) as reception,
        ):
            bound = await around.bound(hold.row)
            sha256 = hashlib.sha256()
            with interruptible(hold):
                await around.receiver.receive(
                    content_of(request), reception, hold, [sha256, *said.hashes], bound
                )
            done = await self._complete(hold, reception, said, sha256.hexdigest())
        return Answer(upload_of(done, has_parts=self._has_parts), HTTPStatus.OK)

    async def _check_length(self, row: Row[Any], length_bytes: int | None) -> None:
        """Raise what is to be raised before anything is sent."""
        if length_bytes is None:
            return
        if row.size_bytes is not None and length_bytes != row.size_bytes:
            raise SizeMismatch(f"{row.size_bytes} bytes were said, and {length_bytes} come.")
        if row.size_bytes is None:
            await self._around.check_said_size(row, length_bytes)

    async def _complete(
        self, hold: Hold, reception: Reception, said: Said, sha256: str
    ) -> Row[Any]:
        said.check()
        size_bytes = hold.row.size_bytes
        if size_bytes is not None and reception.position_bytes != size_bytes:
            raise SizeMismatch(
                f"{size_bytes} bytes were said, and {reception.position_bytes} came. Send again."
            )
        return await self._around.complete(hold, reception, sha256)
