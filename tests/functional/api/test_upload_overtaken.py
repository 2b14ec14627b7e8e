"""Uploads whose holder was stopped for so long that another has completed them meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import obstore
import pytest
from obstore.store import MemoryStore
from sqlalchemy import select, update

from origin.companion.uploads import reaping
from origin.companion.uploads.digests import DigestMismatch
from origin.companion.uploads.holding import LEASE_S, Hold, Holds, UploadBusy
from origin.companion.uploads.places.spool import SpoolPlace
from origin.companion.uploads.states import State
from origin.companion.uploads.surroundings import Surroundings
from origin.companion.uploads.tables import uploads
from tests.functional.api.sending import SOUND, is_stored, key_of, put
from tests.functional.api.service import Service
from tests.functional.api.test_tus import make, patch

pytestmark = pytest.mark.long_if("postgresql")


async def lose(service: Service) -> None:
    """Let whoever holds an upload be stopped for so long that others may have it."""
    async with service.database.change() as connection:
        await connection.execute(update(uploads).values(held_until_s=0.0))


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
        await lose(service)
        await put(service, ann, made, SOUND)
        await goes_on(stopped, hold)
    assert is_stored(service, made, SOUND)
    assert (await service.get(f"/v1/uploads/{made['id']}", ann))["state"] == "complete"


@pytest.mark.parametrize("is_at_it", [True, False])
async def test_what_another_has_begun_stays(service: Service, *, is_at_it: bool) -> None:
    """Whoever holds it: what the stopped one had taken in was no sound, and this may be one."""
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})
    stopped, other = (
        replace(service.uploads, holds=Holds(service.database, 3600.0)) for _ in range(2)
    )
    async with stopped.holds.holding(made["id"], {"state": State.RECEIVING}) as hold:
        await lose(service)
        async with AsyncExitStack() as held:
            another = await held.enter_async_context(other.holds.holding(made["id"], {}))
            async with other.opened(another, anew=True) as reception:
                await reception.append([SOUND])
                another.received_bytes = len(SOUND)
            if not is_at_it:
                await held.aclose()
            with pytest.raises(UploadBusy):
                await finds_no_sound(stopped, hold)
    assert (await service.get(f"/v1/uploads/{made['id']}", ann))["state"] == "receiving"
    await put(service, ann, made, SOUND)


async def test_nothing_is_copied_over_what_another_machine_has_completed(
    service: Service, tmp_path: Path
) -> None:
    """To a store that appends to nothing: each has a folder in which it collects."""
    ann, store = await service.user(), MemoryStore()
    made = await service.post("/v1/uploads", ann, {})

    def machine(name: str) -> Surroundings:
        threads = service.uploads.receiver.threads
        place = SpoolPlace("memory://", store, tmp_path / name, threads)
        return replace(service.uploads, place=place, holds=Holds(service.database, 3600.0))

    stopped, other = machine("one"), machine("two")
    async with (
        stopped.holds.holding(made["id"], {"state": State.RECEIVING}) as hold,
        stopped.opened(hold) as left,
    ):
        await left.append([SOUND[:1000]])
        hold.taken_s -= 2 * LEASE_S
        await lose(service)
        async with other.holds.holding(made["id"], {}) as another, other.opened(another) as taken:
            await taken.append([SOUND])
            await other.complete(another, taken, None)
        with pytest.raises(UploadBusy):
            await stopped.complete(hold, left, None)
    assert bytes(obstore.get(store, key_of(made)).bytes()) == SOUND


async def test_what_another_has_yet_to_check_is_not_trusted_by_who_was_stopped(
    service: Service,
) -> None:
    ann = await service.user()
    path = await make(service, ann)
    begun, of_another = asyncio.Event(), {"holder": "another", "trusted_bytes": 5_000}

    async def slowly() -> AsyncIterator[bytes]:
        yield SOUND[:1_000]
        begun.set()
        await asyncio.Event().wait()

    sending = asyncio.create_task(
        patch(service, ann, path, 0, slowly(), Upload_Checksum="sha1 AAAA")
    )
    await begun.wait()
    while not service.uploads.receiver._active:  # noqa: SLF001, ASYNC110
        await asyncio.sleep(0.01)
    async with service.database.change() as connection:
        await connection.execute(update(uploads).values(of_another))
    await service.uploads.holds._renew()  # noqa: SLF001 what ``keep`` does now and then
    assert (await sending).status == 423
    async with service.database.look_now() as connection:
        row = (await connection.execute(select(uploads))).mappings().one()
    assert {name: row[name] for name in of_another} == of_another
