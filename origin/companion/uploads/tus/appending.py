"""Taking in the bytes of one request of tus, behind those that are there.

What comes under a checksum is trusted once it fits: until then the row says how much was there
before, so that a process that is killed leaves nothing behind that nobody has checked.
"""

from typing import TYPE_CHECKING, Any

from aiohttp import web
from sqlalchemy import Row

from origin.companion.uploads import rows
from origin.companion.uploads.holding import Hold
from origin.companion.uploads.places.place import Reception
from origin.companion.uploads.receiving import content_of, interruptible
from origin.companion.uploads.states import State, Way
from origin.companion.uploads.surroundings import Surroundings
from origin.companion.uploads.tus import fields
from origin.companion.uploads.tus.fields import Checksum
from origin.delivery.errors import ApiError, BadRequest, ChecksumMismatch, StoreUnavailable

if TYPE_CHECKING:
    from hashlib import _Hash as Hash


async def settle(around: Surroundings, hold: Hold, reception: Reception) -> int:
    """Drop what is not trusted, and return where to go on."""
    trusted_bytes = hold.row.trusted_bytes
    if trusted_bytes is not None:
        await reception.cut(trusted_bytes)
        await _trust(around, hold, None)
    hold.received_bytes = reception.position_bytes
    return reception.position_bytes


async def take(around: Surroundings, hold: Hold, said_bytes: int | None) -> None:
    """Write that an upload that is held is sent by tus, and its size where it is said only now.

    What is refused leaves it as it was, so this comes behind all else that may be refused. Raises
    BadRequest, UploadTooLarge, QuotaExceeded or UploadBusy.
    """
    row = hold.row
    if said_bytes not in {None, row.size_bytes}:
        if row.size_bytes is not None:
            raise BadRequest(f"{fields.LENGTH} was said before, and cannot change.")
        if said_bytes < hold.received_bytes:
            raise BadRequest(f"{fields.LENGTH} is less than what is there.")
        await around.say_size(hold, said_bytes)
    if (row.way, row.state) != (Way.TUS, State.RECEIVING):
        async with around.database.change(alone=True) as connection:
            values = {"way": Way.TUS, "state": State.RECEIVING}
            await rows.change_held(connection, hold.upload_id, hold.token, values)


async def append(
    around: Surroundings,
    hold: Hold,
    reception: Reception,
    request: web.Request,
    checksum: Checksum | None,
) -> None:
    """Append a request's content; where it breaks off, what came stays, unless under a checksum.

    Raises ChecksumMismatch, and what ``Receiver.receive`` and ``content_of`` do.
    """
    start = reception.position_bytes
    sha256 = around.digests.take(hold.upload_id, start)
    bound = await around.bound(hold.row)
    if checksum is not None:
        await _trust(around, hold, start)
        reception.hold_back()
    fed = None if checksum is None else checksum.hash()
    hashes: list[Hash] = [each for each in (sha256, fed) if each is not None]
    try:
        with interruptible(hold):
            await around.receiver.receive(content_of(request), reception, hold, hashes, bound)
        if checksum is not None and fed is not None and fed.digest() != checksum.digest:
            raise ChecksumMismatch("What arrived has another checksum. Send it again.")
    except ApiError as error:
        hold.check()  # what is another's by now is left to them
        if checksum is not None:
            await reception.cut(start)
            hold.received_bytes = start
            await _trust(around, hold, None)
        elif not isinstance(error, StoreUnavailable):
            await reception.keep()
            # Of what was just being written, the digest may have seen all, or nothing.
            if hold.received_bytes == reception.position_bytes:
                around.digests.keep(hold.upload_id, reception.position_bytes, sha256)
        raise
    if checksum is not None:  # before a bucket has some of it, which cannot be cut off any more
        await _trust(around, hold, None)
    if reception.position_bytes != hold.row.size_bytes:  # else completing does it
        await reception.keep()
    around.digests.keep(hold.upload_id, reception.position_bytes, sha256)


async def complete_if_whole(
    around: Surroundings, hold: Hold, reception: Reception, size_bytes: int | None
) -> Row[Any] | None:
    """Complete an upload whose bytes are all there; None where some are missing."""
    if reception.position_bytes != size_bytes:
        return None
    digest = around.digests.take(hold.upload_id, reception.position_bytes)
    return await around.complete(hold, reception, None if digest is None else digest.hexdigest())


async def _trust(around: Surroundings, hold: Hold, trusted_bytes: int | None) -> None:
    async with around.database.change(alone=True) as connection:
        await rows.change(connection, hold.upload_id, {"trusted_bytes": trusted_bytes})
