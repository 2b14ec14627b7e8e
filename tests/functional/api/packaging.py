"""Assets of creators, and workers that package them without any sound: by their rows alone."""

import time
from dataclasses import replace
from typing import Any

from obstore.store import MemoryStore
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.entry import Entry
from manifests.layout import Revision
from origin.companion.assets import rows
from origin.companion.assets.watching import Watch
from origin.entries import Entries
from origin.packaging_job import KIND, PackagingJob
from packager.errors import PackagingError
from packager.queue import assets, lease, policy
from packager.queue.claim import claim
from packager.queue.enqueue import enqueue
from packager.queue.job import Claimed, NewJob, Payload
from packager.queue.tables import assets as table
from tests.functional.api.service import Service, User
from tests.sources.growing_asset import GrowingAsset
from tests.sources.published import PublishedAsset, publish

LEASE_S = 30.0
SOURCE = "/music/song.wav"


class Packaging:
    """Queues, works, and watches, by a clock that can be set."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._ahead_s = 0.0
        self.watch = Watch(service.database, service.store, "watch", clock=lambda: self.now_s)

    @property
    def now_s(self) -> float:
        """What the clock says."""
        return time.time() + self._ahead_s

    @now_s.setter
    def now_s(self, now_s: float) -> None:
        self._ahead_s = now_s - time.time()

    async def queue(self, owner: User, name: str = "song", source: str = SOURCE) -> str:
        """Do as an upload does when it has ended; the asset's id is returned."""
        job = PackagingJob(source, f"{name}-asset", name, "2026-01-02T03:04:05Z")
        new = NewJob(KIND, job.to_payload(), owner.id, subject=job.asset_id)
        async with self.service.database.change() as connection:
            await assets.register(connection, job.asset_id, job.playback_id)
            await enqueue(connection, new, job_id=f"{name}-job", now_s=self.now_s)
            await rows.own(connection, job.asset_id, owner.id, now_s=self.now_s)
        return job.asset_id

    async def claim(self) -> Claimed:
        """Take the next job up."""
        held = await self.claim_if_any()
        assert held is not None
        return held

    async def claim_if_any(self) -> Claimed | None:
        """Take the next job up, None where none is due."""
        async with self.service.database.change() as connection:
            return await claim(connection, [KIND], worker="w", now_s=self.now_s, lease_s=LEASE_S)

    async def beat(self, held: Claimed, progress: float) -> None:
        """Say how far it is."""
        async with self.service.database.change() as connection:
            await lease.heartbeat(
                connection, held, now_s=self.now_s, lease_s=LEASE_S, progress=progress
            )

    async def grow(self, held: Claimed, segments: int) -> GrowingAsset:
        """Let the first segments play."""
        made = self.made(held)
        growing = GrowingAsset(
            self.service.store, made.entry, made.index, made.contents, {"128k": b"", "320k": b""}
        )
        growing.start(segments)
        async with self.service.database.change() as connection:
            await lease.confirm(connection, held)
            provisional = replace(made.entry, provisional=True)
            assert await assets.announce(connection, held, provisional, now_s=self.now_s)
        await self.follow(made.entry.asset_id)
        return growing

    def made(self, held: Claimed, revision: str = "r1") -> PublishedAsset:
        """Store what comes of a job."""
        playback_id = PackagingJob.from_payload(held.payload).playback_id
        made = publish(MemoryStore(), playback_id)  # ours gets no entry before its row
        asset_id = PackagingJob.from_payload(held.payload).asset_id
        where = Revision(asset_id, revision)
        for name, content in made.contents.items():
            self.service.store.put(where.key(name), content)
        self.service.store.put(where.key("index.json"), made.index.to_json())
        entry = replace(made.entry, asset_id=asset_id, revision=revision)
        return PublishedAsset(entry, made.index, made.contents)

    async def succeed(self, held: Claimed, revision: str = "r1") -> Entry:
        """Store what comes of a job, end it, and let the store follow."""
        entry = await self.end(held, revision)
        await self.follow(entry.asset_id)
        return entry

    async def end(self, held: Claimed, revision: str = "r1") -> Entry:
        """Store what comes of a job, and end it, as a worker that is killed then."""
        entry = self.made(held, revision).entry
        entry = replace(entry, changed_at=None)
        async with self.service.database.change() as connection:
            await lease.succeed(connection, held, now_s=self.now_s)
            await assets.publish(connection, held, entry, now_s=self.now_s)
        return entry

    async def announce(self, held: Claimed) -> None:
        """Let what there is so far play, unless something better does."""
        entry = replace(self.made(held).entry, provisional=True, changed_at=None)
        async with self.service.database.change() as connection:
            await lease.confirm(connection, held)
            await assets.announce(connection, held, entry, now_s=self.now_s)
        await self.follow(entry.asset_id)

    async def follow(self, asset_id: str) -> None:
        """Bring the store up to the row, as workers do."""
        await Entries(self.service.database.primary, self.service.store).follow(asset_id)

    async def fail(self, held: Claimed, error: PackagingError) -> None:
        """End a job for good or for now."""
        failure = policy.failure_of(error, held.attempts)
        async with self.service.database.change() as connection:
            await lease.fail(connection, held, failure, now_s=self.now_s, chance=0.5)

    async def package(self, owner: User, name: str = "song") -> str:
        """Have an asset that is ready."""
        asset_id = await self.playing(owner, name)
        await self.watch.tell_news()
        return asset_id

    async def playing(self, owner: User, name: str = "song", source: str = SOURCE) -> str:
        """Have an asset that plays, at which nobody has looked yet."""
        asset_id = await self.queue(owner, name, source)
        await self.succeed(await self.claim())
        return asset_id

    async def queue_again(self, payload: Payload, owner: User) -> None:
        """Queue a job once more, as an operator may by hand."""
        asset_id = payload["asset_id"]
        new = NewJob(KIND, payload, owner.id, subject=asset_id)
        async with self.service.database.change() as connection:
            await enqueue(connection, new, job_id=f"{asset_id}-again", now_s=self.now_s)

    async def row(self, connection: AsyncConnection, asset_id: str) -> Row[Any]:
        """Return what the queue says that an asset plays."""
        found = await connection.execute(select(table).where(table.c.asset_id == asset_id))
        return found.one()
