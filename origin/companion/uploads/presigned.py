"""Parts straight to the bucket: by presigned addresses, so that no byte passes through here.

Which parts have come, the bucket knows: a browser need not tell entity tags, which it often cannot
see, and goes on after a restart with those that are missing.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from pydantic import Field
from sqlalchemy import Row

from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.models import Given, Moment, NoBody, NoQuery, Taken
from origin.companion.identity.principal import Role, Scope
from origin.companion.uploads import rows
from origin.companion.uploads.holding import Hold, UploadBusy
from origin.companion.uploads.models import Upload
from origin.companion.uploads.places.bucket import PART_BYTES, BucketPlace, translated
from origin.companion.uploads.places.multipart import URL_S, Part
from origin.companion.uploads.places.place import Source
from origin.companion.uploads.signatures import NotSound
from origin.companion.uploads.states import (
    State,
    UploadComplete,
    UploadGone,
    Way,
    WayTaken,
    require_open,
)
from origin.companion.uploads.surroundings import Surroundings
from origin.companion.uploads.views import ROOT, upload_of
from origin.delivery.errors import Conflict, StoreUnavailable, Unprocessable

_CREATORS: Final = Who(Role.CREATOR, Scope.UPLOAD)
_PARTS_MAX: Final = 9_000
"""A bucket takes 10,000."""
_MEBIBYTE: Final = 1 << 20
_AT_ONCE_MAX: Final = 100


class SizeMissing(Unprocessable):
    """Parts cannot be planned without the size."""

    code = "size_missing"

    def __init__(self) -> None:
        super().__init__("Make an upload with size_bytes to send it in parts.")


class PartsMissing(Conflict):
    """Not all parts have come as they should."""

    code = "parts_missing"


class PartsWanted(Taken):
    """Which addresses to give."""

    first: int = Field(1, ge=1, le=_PARTS_MAX, description="The number of the first part.")
    count: int = Field(20, ge=1, le=_AT_ONCE_MAX, description="How many.")


class PartAddress(Given):
    """Where to PUT a part, without any header of yours."""

    number: int
    size_bytes: int
    url: str


class PartReceived(Given):
    """A part that the bucket has."""

    number: int
    size_bytes: int


class PartsPlan(Given):
    """What to send where. All parts have `part_bytes`, but the last."""

    part_bytes: int
    part_count: int
    parts: list[PartAddress]
    received: list[PartReceived]
    expires_at: Moment


class Presigned:
    """The endpoints."""

    def __init__(self, around: Surroundings, place: BucketPlace) -> None:
        self._around = around
        self._bucket = place.parts

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        path = f"{ROOT}/{{upload_id}}/s3"
        ended = (StoreUnavailable, UploadBusy, UploadComplete, UploadGone, WayTaken)
        return [
            Endpoint(
                method="POST", path=path, name="presignUploadParts", tag="uploads",
                summary="Get addresses of parts", handle=self.presign, who=_CREATORS,
                body=PartsWanted, gives=PartsPlan, raises=(SizeMissing, *ended),
            ),
            Endpoint(
                method="POST", path=f"{path}/complete", name="completeUploadParts", tag="uploads",
                summary="Say that all parts were sent", handle=self.complete, who=_CREATORS,
                gives=Upload, raises=(NotSound, PartsMissing, SizeMissing, *ended),
            ),
        ]  # fmt: skip

    async def presign(self, call: Call[NoQuery, PartsWanted]) -> Answer:
        """PUT each part to its address, in any order, several at a time, again where one failed.

        `received` are those that are there already. Addresses are good for an hour.
        """
        row = await self._open(call)
        values = {"way": Way.S3, "state": State.RECEIVING}
        async with self._around.holds.holding(row.id, values) as hold:
            source = await self._begun(hold)
            there = await self._listed(source) or []
            hold.received_bytes = sum(part.size_bytes for part in there)
        sizes_bytes = planned(row.size_bytes)
        count = len(sizes_bytes)
        wanted = range(call.body.first, min(call.body.first + call.body.count, count + 1))
        with translated():
            parts = [
                PartAddress(
                    number=number,
                    size_bytes=sizes_bytes[number],
                    url=await self._bucket.url_of(
                        source.key, source.multipart_id or "", number, sizes_bytes[number]
                    ),
                )
                for number in wanted
            ]
        received = [PartReceived(number=part.number, size_bytes=part.size_bytes) for part in there]
        async with self._around.database.change():
            pass  # only now it is done, and told
        return Answer(
            PartsPlan(
                part_bytes=part_size(row.size_bytes),
                part_count=count,
                parts=parts,
                received=received,
                expires_at=call.now_s + URL_S,
            )
        )

    async def complete(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Ask the bucket which parts it has: their entity tags are not needed here."""
        around = self._around
        row = await self._open(call)
        values = {"way": Way.S3, "state": State.RECEIVING}
        async with around.holds.holding(row.id, values) as hold:
            there = None if row.multipart_id is None else await self._listed(Source.of(row))
            if there is not None:
                _require_all(there, row.size_bytes)
            async with around.opened(hold) as reception:
                if reception.position_bytes != row.size_bytes:
                    raise PartsMissing(
                        f"{reception.position_bytes} bytes are there of {row.size_bytes}."
                    )
                done = await around.complete(hold, reception, None)
        return Answer(upload_of(done, has_parts=True), HTTPStatus.OK)

    async def _open(self, call: Call[Any, Any]) -> Row[Any]:
        row = await self._around.found(call.user, call.ids["upload_id"])
        require_open(row, Way.S3, call.now_s)
        if row.size_bytes is None:
            raise SizeMissing
        return row

    async def _begun(self, hold: Hold) -> Source:
        """Return the source, whose multipart upload is begun where it is not."""
        source = Source.of(hold.row)
        if source.multipart_id is not None:
            return source
        with translated():
            begun = await self._bucket.begin(source.key)
        async with self._around.database.change(alone=True) as connection:
            await rows.change(connection, hold.upload_id, {"multipart_id": begun})
        return Source(source.key, begun)

    async def _listed(self, source: Source) -> list[Part] | None:
        with translated():
            return await self._bucket.listed(source.key, source.multipart_id or "")


def part_size(size_bytes: int) -> int:
    """Return how large parts are, so that there are not too many."""
    least = -(-size_bytes // _PARTS_MAX)
    return max(PART_BYTES, -(-least // _MEBIBYTE) * _MEBIBYTE)


def planned(size_bytes: int) -> dict[int, int]:
    """Return how large each part is, by its number."""
    each = part_size(size_bytes)
    count = -(-size_bytes // each)
    return {number: min(each, size_bytes - (number - 1) * each) for number in range(1, count + 1)}


def _require_all(parts: Sequence[Part], size_bytes: int) -> None:
    """Raise PartsMissing where parts are not as they were planned."""
    wanted = planned(size_bytes)
    there = {part.number: part.size_bytes for part in parts}
    wrong = [number for number in wanted if there.get(number) != wanted[number]]
    if wrong or len(there) != len(wanted):
        first = wrong[0] if wrong else max(there)
        raise PartsMissing(
            f"Part {first} is missing, or has not its size. Send it, then ask again."
        )
