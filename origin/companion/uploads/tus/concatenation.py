"""One upload of several (tus: Concatenation): partial ones, one behind the other.

A partial upload ends as an object of its own, of which nothing is packaged. They go once the final
one is complete.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Row, delete, select

from origin.companion.identity.principal import Principal
from origin.companion.identity.rules import is_owner
from origin.companion.uploads.holding import Hold
from origin.companion.uploads.places.place import Source
from origin.companion.uploads.receiving import Bound
from origin.companion.uploads.states import PARTIAL, State
from origin.companion.uploads.surroundings import SizeMismatch, Surroundings
from origin.companion.uploads.tables import uploads
from origin.companion.uploads.tus import fields
from origin.delivery.errors import ApiError, Conflict, NotFound


class PartsUnfinished(Conflict):
    """A final upload is to be made of what is not complete."""

    code = "parts_unfinished"

    def __init__(self) -> None:
        super().__init__("Not all of these are partial uploads that are complete. Finish them.")


async def find_parts(around: Surroundings, principal: Principal, concat: str) -> Sequence[Row[Any]]:
    """Return partial uploads of who asks, in order; raises NotFound or PartsUnfinished."""
    parts = await _parts(around, concat)
    if any(part is None or not is_owner(principal, part.user_id) for part in parts):
        raise NotFound("There is no upload with one of these ids.")
    found = [part for part in parts if part is not None]
    if any(part.tus_concat != PARTIAL or part.state != State.COMPLETE for part in found):
        raise PartsUnfinished
    return found


async def concatenate(around: Surroundings, hold: Hold) -> Row[Any]:
    """Make a final upload of its parts, from its start, and complete it; the parts go."""
    parts = [part for part in await _parts(around, hold.row.tus_concat) if part is not None]
    bound = Bound(hold.row.size_bytes, SizeMismatch("The parts have grown. Begin again."))
    async with around.opened(hold, anew=True) as reception:
        digest = around.digests.take(hold.upload_id, 0)
        hashes = [] if digest is None else [digest]
        for part in parts:
            content = around.place.read(Source.of(part))
            await around.receiver.receive(content, reception, hold, hashes, bound)
        if reception.position_bytes != hold.row.size_bytes:
            raise PartsUnfinished
        done = await around.complete(
            hold, reception, None if digest is None else digest.hexdigest()
        )
    for part in parts:
        with suppress(ApiError):  # it is done by now, and what stays goes when its time is over
            await _discard(around, part)
    return done


async def _discard(around: Surroundings, part: Row[Any]) -> None:
    await around.place.discard(Source.of(part))
    async with around.database.change(alone=True) as connection:
        await connection.execute(delete(uploads).where(uploads.c.id == part.id))


async def _parts(around: Surroundings, concat: str) -> list[Row[Any] | None]:
    ids = fields.parts(concat)
    async with around.database.look_now() as connection:
        rows = await connection.execute(select(uploads).where(uploads.c.id.in_(ids)))
        found = {row.id: row for row in rows}
    return [found.get(part_id) for part_id in ids]
