"""CDNs that the API's database knows, and a worker that purges them, by a clock of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select

from cdn.purge.address import Address
from cdn.purge.changes import of_answers
from cdn.purge.credentials import Credentials
from cdn.purge.opening import open_purgers
from cdn.purge.purger import Purger
from cdn.purge.target import TAG_OF_NOTHING
from origin.companion.purging.promising import KIND, promise
from origin.companion.purging.registering import purger_id, register
from origin.companion.purging.sending import AGAIN_S, Sender
from origin.companion.purging.tables import purges
from packager.queue import lease, policy
from packager.queue.claim import claim
from packager.queue.errors import AttemptFailed, Postponed
from packager.queue.job import Claimed
from packager.queue.persisting import Persisting
from packager.queue.tables import jobs
from packager.queue.worker import Run
from tests.functional.api.packaging import LEASE_S, Packaging
from tests.functional.api.service import Service
from tests.servers.purged.fastly import FastlyApi
from tests.servers.purged.recorder import EdgeRecorder
from tests.servers.purged.varnish import SECRET
from tests.servers.purged.vendor import TOKEN, Request, Vendor

CREDENTIALS = Credentials(TOKEN, TOKEN, SECRET)


@dataclass
class Purging:
    """Fastly, which knows tags, and an edge that knows paths alone."""

    service: Service
    packaging: Packaging
    fastly: FastlyApi
    edge: EdgeRecorder
    purgers: Mapping[str, Purger]
    ahead_s: float = 0.0
    slept_s: list[float] = field(default_factory=list)

    def now_s(self) -> float:
        return time.time() + self.ahead_s

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.ahead_s += seconds

    @property
    def sender(self) -> Persisting:
        sender = Sender(self.service.database.primary, self.purgers, self.now_s, self.sleep)
        return Persisting(sender, AGAIN_S)

    async def claim(self) -> Claimed | None:
        async with self.service.database.change() as connection:
            return await claim(
                connection,
                [KIND],
                worker="w",
                now_s=self.now_s(),
                lease_s=LEASE_S,
                of_creator_max=1,
            )

    async def work(self) -> int:
        """Do the jobs that are due, as a worker does; return how many."""
        done = 0
        while (held := await self.claim()) is not None:
            await self.attempt(held)
            done += 1
        return done

    async def attempt(self, held: Claimed) -> None:
        failure = completion = None
        try:
            completion = await self.sender(Run(held))
        except Postponed as postponed:
            failure = postponed.failure
        except AttemptFailed as error:
            failure = policy.failure_of(error, held.attempts)
        async with self.service.database.change() as connection:
            now_s = self.now_s()
            if completion is None:
                assert failure is not None
                await lease.fail(connection, held, failure, now_s=now_s, chance=0.5)
            else:
                await lease.succeed(connection, held, now_s=now_s)
                await completion.record(connection)

    async def work_for(self, seconds: float, step_s: float = 1.0) -> None:
        """Let time go by, and do what is due meanwhile."""
        until_s = self.ahead_s + seconds
        while self.ahead_s < until_s:
            await self.work()
            self.ahead_s += step_s
        await self.work()

    async def left(self) -> int:
        async with self.service.database.look_now() as connection:
            return await connection.scalar(select(func.count()).select_from(purges)) or 0

    async def waiting_jobs(self, name: str) -> int:
        async with self.service.database.look_now() as connection:
            mine = select(func.count()).where(
                jobs.c.kind == KIND, jobs.c.subject == purger_id(name), jobs.c.state == "queued"
            )
            return await connection.scalar(mine) or 0

    async def forget(self) -> None:
        """Send what was promised up to now, and its repeats, and think no more of it."""
        await self.work_for(40, 20)
        assert await self.left() == 0
        self.fastly.take()
        self.edge.heads.clear()


@asynccontextmanager
async def purging(service: Service) -> AsyncIterator[Purging]:
    async with AsyncExitStack() as opened:
        fastly = await opened.enter_async_context(FastlyApi().running())
        edge = await opened.enter_async_context(EdgeRecorder().running())
        addresses = [Address.parse(each.purger) for each in (fastly, edge)]
        purgers = await opened.enter_async_context(open_purgers(addresses, CREDENTIALS))
        async with service.database.change() as connection:
            await register(connection, addresses, now_s=time.time())
        yield Purging(service, Packaging(service), fastly, edge, purgers)
        assert fastly.wrong == []
        assert edge.wrong == []


def soft(*tags: str) -> Request:
    return Request("tag", tags, soft=True)


def hard(*tags: str) -> Request:
    return Request("tag", tags)


@asynccontextmanager
async def beside(purged: Purging, vendor: Vendor, options: str = "") -> AsyncIterator[Purging]:
    """Have another CDN beside those that there are."""
    address = Address.parse(vendor.purger + options)
    async with open_purgers([address], CREDENTIALS) as more:
        async with purged.service.database.change() as connection:
            await register(connection, [address], now_s=purged.now_s())
        yield replace(purged, purgers={**purged.purgers, **more})
        assert vendor.wrong == []


def dropped(vendor: Vendor) -> list[Request]:
    """Return what was dropped since the last time, but for what shows whether one is well."""
    return [each for each in vendor.take() if each.values != (TAG_OF_NOTHING,)]


async def promise_tag(purged: Purging, *tags: str, soft: bool = False) -> None:
    """Promise to who knows tags, so to Fastly, that some are dropped."""
    async with purged.service.database.change() as connection:
        await promise(
            connection, lambda known: of_answers(tags, known, soft=soft), now_s=purged.now_s()
        )


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 what is asked tells nobody
            await asyncio.sleep(0.01)
