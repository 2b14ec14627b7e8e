"""Uploads whose holder was stopped for so long that another has completed them meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import update

from origin.companion.uploads import reaping
from origin.companion.uploads.digests import DigestMismatch
from origin.companion.uploads.holding import LEASE_S, Hold, Holds, UploadBusy
from origin.companion.uploads.states import State
from origin.companion.uploads.surroundings import Surroundings
from origin.companion.uploads.tables import uploads
from tests.functional.api.sending import SOUND, is_stored, put
from tests.functional.api.service import Service

pytestmark = pytest.mark.long_if("postgresql")


async def begins_anew(stopped: Surroundings, hold: Hold) -> None:
    with pytest.raises(UploadBusy):
        async with stopped.opened(hold, anew=True):
            pass


async def finds_another_digest(stopped: Surroundings, hold: Hold) -> None:
    with pytest.raises((DigestMismatch, UploadBusy)):
        async with stopped.opened(hold):
            raise DigestMismatch


async def finds_no_sound(stopped: Surroundings, hold: Hold) -> None:
    await stopped.fail(hold, "not_sound", "This is no sound.")


async def reaps_it(stopped: Surroundings, hold: Hold) -> None:
    with pytest.raises(UploadBusy):
        await reaping._end(stopped, hold)  # noqa: SLF001 who takes what is overdue does this last


_WAYS = [begins_anew, finds_another_digest, finds_no_sound, reaps_it]


@pytest.mark.parametrize("goes_on", _WAYS)
async def test_what_another_has_completed_stays(
    service: Service, goes_on: Callable[[Surroundings, Hold], Awaitable[None]]
) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})
    stopped = replace(service.uploads, holds=Holds(service.database, 3600.0))
    async with stopped.holds.holding(made["id"], {"state": State.RECEIVING}) as hold:
        hold.taken_s -= 2 * LEASE_S
        async with service.database.change() as connection:
            await connection.execute(update(uploads).values(held_until_s=0.0))
        await put(service, ann, made, SOUND)
        await goes_on(stopped, hold)
    assert is_stored(service, made, SOUND)
    assert (await service.get(f"/v1/uploads/{made['id']}", ann))["state"] == "complete"
