"""A user is erased while one of their uploads ends: nothing of it is left, whoever is first."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from origin.companion.assets.belongings import AssetBelongings
from origin.companion.assets.tables import owned_assets
from origin.companion.database import Database
from origin.companion.identity.belongings import Belongings
from origin.companion.identity.erasing import KIND, Erasing
from origin.companion.identity.new_ids import new_random_id
from origin.companion.uploads.belongings import UploadBelongings
from origin.companion.uploads.tables import uploads
from origin.packaging_job import KIND as PACKAGE
from packager.queue.claim import claim
from packager.queue.tables import jobs
from packager.queue.worker import Run
from tests.functional.api.sending import SOUND
from tests.functional.api.service import NOW_S, Service, User
from tests.functional.api.test_account import erased
from tests.functional.api.test_tus import make, patch

pytestmark = pytest.mark.long_if("postgresql")


class Between:
    """A room that holds nothing, and is asked after assets and before uploads."""

    name = "between"

    def __init__(self, sent: asyncio.Event, answered: asyncio.Event) -> None:
        self._sent, self._answered = sent, answered

    async def export(self, _database: Database, _user_id: str) -> AsyncIterator[Mapping[str, Any]]:
        """Yield nothing."""
        nothing: tuple[Mapping[str, Any], ...] = ()
        for each in nothing:
            yield each

    async def erase(self, _database: Database, _user_id: str) -> None:
        """Let the upload end now."""
        self._sent.set()
        await self._answered.wait()


async def erase(service: Service, *rooms: Belongings) -> None:
    """Do the job, as a worker does that was handed these rooms."""
    async with service.database.change() as connection:
        held = await claim(connection, [KIND], worker="w", now_s=NOW_S * 2, lease_s=30)
    assert held is not None
    await Erasing(service.database, rooms)(Run(held))


async def nothing_is_left(service: Service, user: User) -> bool:
    """Tell whether no asset, no upload, no work and no file is a user's."""
    counts = [
        select(func.count()).where(
            owned_assets.c.owner_id == user.id, owned_assets.c.deleted_s.is_(None)
        ),
        select(func.count()).where(uploads.c.user_id == user.id),
        select(func.count()).where(
            jobs.c.creator_id == user.id, jobs.c.kind == PACKAGE, jobs.c.state == "queued"
        ),
    ]
    async with service.database.look_now() as connection:
        numbers = [await connection.scalar(count) for count in counts]
    files = [path for path in service.media.rglob("*") if path.is_file()]
    return (numbers, files) == ([0, 0, 0], [])


async def test_what_ends_after_the_assets_went_leaves_none(service: Service) -> None:
    ann = await service.user()
    upload = await service.post("/v1/uploads", ann, {})
    sent, answered, received = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def content() -> AsyncIterator[bytes]:
        yield SOUND[:500_000]
        received.set()
        await sent.wait()
        yield SOUND[500_000:]

    async def send() -> int:
        response = await service.client.put(
            upload["send"]["put"], data=content(), headers=ann.headers
        )
        answered.set()
        return response.status

    sending = asyncio.create_task(send())
    await received.wait()
    assert (await service.ask("DELETE", "/v1/me", ann)).status == 202
    assets, between = AssetBelongings(new_random_id), Between(sent, answered)
    await erase(service, assets, between, UploadBelongings(service.uploads))
    assert await sending == 410
    assert await nothing_is_left(service, ann)


async def test_both_at_once_leave_nothing(service: Service) -> None:
    for late_s in (0.0, 0.005, 0.01, 0.02, 0.04, 0.08):
        ann = await service.user()
        paths = [await make(service, ann) for _ in range(3)]

        async def leave(who: User = ann, after_s: float = late_s) -> None:
            await asyncio.sleep(after_s)
            await erased(service, who)

        sends = [patch(service, ann, path, 0, SOUND) for path in paths]
        leaving = asyncio.create_task(leave())
        answers = await asyncio.gather(*sends)
        await leaving
        assert {answer.status for answer in answers} <= {204, 401, 404, 410, 423}
        assert await nothing_is_left(service, ann), late_s


async def test_nobody_begins_an_upload_for_who_is_gone(service: Service) -> None:
    ann = await service.user()
    asked = [service.ask("POST", "/v1/uploads", ann, {}) for _ in range(5)]
    gone, *made = await asyncio.gather(service.ask("DELETE", "/v1/me", ann), *asked)
    assert gone.status == 202
    assert {response.status for response in made} <= {201, 401, 410}
    await erase(service, UploadBelongings(service.uploads))
    assert await nothing_is_left(service, ann)
