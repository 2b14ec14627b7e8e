"""Letting the database know which CDNs there are, and forgetting those that nobody has any more."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cdn.errors import PurgerClosed
from cdn.purge.address import Address
from origin.beside import kept_beside
from origin.companion.purging.promising import KEPT_S, KIND, have_job
from origin.companion.purging.rows import UNKNOWN, next_due_s
from origin.companion.purging.tables import purgers, purges
from packager.errors import first_line
from packager.queue.inserting import insert_into
from packager.queue.job import State
from packager.queue.tables import jobs
from packager.queue.worker import DATABASE_ERRORS

_EVERY_S: Final = 60.0

_log = structlog.get_logger("soundbridge.purging")


def purger_id(name: str) -> str:
    """Return the id of the CDN of a name, as jobs have it."""
    return f"purger-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


async def register(
    connection: AsyncConnection, addresses: Sequence[Address], *, now_s: float
) -> None:
    """Know some CDNs from now on, and by what they find things."""
    for address in sorted(addresses, key=lambda each: purger_id(each.name)):
        seen = {"known": " ".join(sorted(address.limits.at_once)), "seen_s": now_s}
        row = insert_into(connection, purgers).values(
            id=purger_id(address.name),
            name=address.name,
            full_s=0.0,
            requests=0,
            targets=0,
            failures=0,
            refused=0,
            **seen,
        )
        await connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=seen))


async def look_after(
    connection: AsyncConnection, addresses: Sequence[Address], *, now_s: float
) -> None:
    """Have what was promised sent although its job was given up, having lost too many workers."""
    for address in sorted(addresses, key=lambda each: purger_id(each.name)):
        mine = purger_id(address.name)
        due_s = await next_due_s(connection, mine)
        is_open = jobs.c.state.in_((State.QUEUED, State.RUNNING))
        its = select(jobs.c.id).where(jobs.c.subject == mine, jobs.c.kind == KIND, is_open)
        if due_s is not None and await connection.scalar(its.limit(1)) is None:
            await have_job(connection, mine, now_s=now_s, due_s=due_s)


async def try_again(
    connection: AsyncConnection, addresses: Sequence[Address], *, now_s: float
) -> None:
    """Have CDNs that let nobody in asked at once: who begins may have what they ask for."""
    for mine in sorted(purger_id(address.name) for address in addresses):
        await connection.execute(
            update(jobs)
            .where(
                jobs.c.subject == mine,
                jobs.c.kind == KIND,
                jobs.c.state == State.QUEUED,
                jobs.c.failure_code.in_((PurgerClosed.code, UNKNOWN)),
                jobs.c.not_before_s > now_s,
            )
            .values(not_before_s=now_s)
        )


async def forget(connection: AsyncConnection, *, now_s: float) -> None:
    """Forget CDNs that no process has had for a week, and what was promised to them."""
    gone = select(purgers.c.id).where(purgers.c.seen_s < now_s - KEPT_S)
    for each in list(await connection.scalars(gone)):
        await connection.execute(delete(jobs).where(jobs.c.subject == each, jobs.c.kind == KIND))
        await connection.execute(delete(purges).where(purges.c.purger_id == each))
        await connection.execute(delete(purgers).where(purgers.c.id == each))
        _log.warning("a CDN is purged no more", purger=each)


async def keep_registered(database: AsyncEngine, addresses: Sequence[Address]) -> None:
    """Do all of it again and again, until cancelled."""
    while True:
        try:
            async with database.begin() as connection:
                await register(connection, addresses, now_s=time.time())
                await forget(connection, now_s=time.time())
            async with database.begin() as connection:
                await look_after(connection, addresses, now_s=time.time())
        except DATABASE_ERRORS as error:
            _log.warning("CDNs not registered", cause=first_line(error))
        await asyncio.sleep(_EVERY_S)


@asynccontextmanager
async def registered(database: AsyncEngine, urls: Sequence[str]) -> AsyncIterator[None]:
    """Let the database know of some CDNs before the caller's block runs, and while it does.

    Raises UnusablePurger, or what the database raises.
    """
    addresses = [Address.parse(url) for url in urls]
    async with database.begin() as connection:
        await register(connection, addresses, now_s=time.time())
    async with database.begin() as connection:
        await try_again(connection, addresses, now_s=time.time())
    async with kept_beside(lambda: keep_registered(database, addresses), "CDNs registered"):
        yield
