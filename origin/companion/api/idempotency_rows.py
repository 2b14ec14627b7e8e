"""Requests that came with an ``Idempotency-Key``, in the database."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.said import Said
from origin.companion.identity.secret import digest_of
from origin.companion.identity.tables import idempotency_keys as table
from packager.queue.inserting import insert_into


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a user, by the key that they gave it and all that it says."""

    user_id: str
    key: str
    fingerprint: str

    def owned_by(self, attempt: str) -> "Owned":
        """Name an attempt at it."""
        return Owned(self.user_id, digest_of(self.key), attempt)


@dataclass(frozen=True, slots=True)
class Owned:
    """One attempt at a request."""

    user_id: str
    digest: str
    attempt: str


@dataclass(frozen=True, slots=True)
class Lease:
    """Until when an attempt is waited for, and until when its row is kept."""

    until_s: float
    expires_s: float


async def add(connection: AsyncConnection, asked: Asked, owned: Owned, lease: Lease) -> bool:
    """Begin an attempt; False where there is a row already."""
    added = (
        insert_into(connection, table)
        .values(
            user_id=owned.user_id,
            digest=owned.digest,
            **_beginning(asked, owned, lease),
        )
        .on_conflict_do_nothing()
        .returning(table.c.attempt)
    )
    return await connection.scalar(added) is not None


async def find(connection: AsyncConnection, asked: Asked) -> Row[Any] | None:
    """Return the row of a key."""
    rows = select(table).where(
        table.c.user_id == asked.user_id, table.c.digest == digest_of(asked.key)
    )
    return (await connection.execute(rows)).one_or_none()


async def kept(connection: AsyncConnection, user_id: str, now_s: float) -> tuple[int, float]:
    """Return how many of a user's rows are kept by now, and when the next of them ends."""
    mine = select(func.count(), func.coalesce(func.min(table.c.expires_s), now_s)).where(
        table.c.user_id == user_id, table.c.expires_s > now_s
    )
    count, next_s = (await connection.execute(mine)).one()
    return int(count), float(next_s)


async def take_over(
    connection: AsyncConnection, asked: Asked, owned: Owned, lease: Lease, from_attempt: str
) -> bool:
    """Begin anew what another attempt has left; False where somebody else does."""
    before = _is(Owned(owned.user_id, owned.digest, from_attempt))
    taken = await connection.execute(
        update(table).where(before).values(**_beginning(asked, owned, lease))
    )
    return taken.rowcount > 0


async def mark_done(connection: AsyncConnection, owned: Owned) -> bool:
    """Let it count as done if the transaction ends well; False where somebody else has it."""
    marked = await connection.execute(update(table).where(_is(owned)).values(is_done=True))
    return marked.rowcount > 0


async def finish(connection: AsyncConnection, owned: Owned, said: Said | None) -> None:
    """Let it be over, and keep what was answered, if that may be kept."""
    values: dict[str, Any] = {"is_done": True, "lease_until_s": 0.0}
    if said is not None:
        content = None if said.content is None else said.content.decode()
        values |= {
            "status": int(said.status),
            "headers": json.dumps(dict(said.headers)),
            "content": content,
        }
    await connection.execute(update(table).where(_is(owned)).values(**values))


async def give_up(connection: AsyncConnection, owned: Owned) -> None:
    """Let it be tried again, if it has changed nothing; else it is over, without an answer."""
    await connection.execute(delete(table).where(_is(owned), table.c.is_done.is_(False)))
    await connection.execute(update(table).where(_is(owned)).values(lease_until_s=0.0))


def said_in(row: Row[Any]) -> Said:
    """Return what was answered the first time."""
    content = None if row.content is None else row.content.encode()
    return Said(HTTPStatus(row.status), json.loads(row.headers), content)


def _is(owned: Owned) -> ColumnElement[bool]:
    return and_(
        table.c.user_id == owned.user_id,
        table.c.digest == owned.digest,
        table.c.attempt == owned.attempt,
    )


def _beginning(asked: Asked, owned: Owned, lease: Lease) -> dict[str, Any]:
    return {
        "fingerprint": asked.fingerprint,
        "attempt": owned.attempt,
        "lease_until_s": lease.until_s,
        "expires_s": lease.expires_s,
        "is_done": False,
        "status": None,
        "headers": None,
        "content": None,
    }
