"""``Idempotency-Key``: a POST that is sent again is done once, and answered as the first time.

A row in the database says that somebody is at it (draft-ietf-httpapi-idempotency-key-header). It is
marked as done in the very transaction that does it, by whoever has the row then: so a request that
took too long, and was begun again by another, changes nothing. Where nothing was changed the row
goes, and where the process died the row's lease runs out: then it may be tried again. Where it died
after the change, the answer is lost, and that is what is said.

Nothing is forgotten before its day is over: who has given ``KEYS_MAX`` keys in a day is refused
another one. With ``CONTENT_BYTES_MAX``, that bounds what is kept of one user.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from enum import Enum, auto
from typing import Any, Final

import structlog
from aiohttp import hdrs, web
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.alongside import Alongside
from origin.companion.api import idempotency_rows as rows
from origin.companion.api.endpoint import Endpoint
from origin.companion.api.said import Said
from origin.companion.database import Database
from origin.delivery.errors import (
    BadRequest,
    Conflict,
    DatabaseUnavailable,
    TooManyRequests,
    Unprocessable,
)

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LEASE_S: Final = 120.0
KEPT_S: Final = 86_400.0
CONTENT_BYTES_MAX: Final = 16 * 1024
KEYS_MAX: Final = 5_000
"""Of one user, within a day."""
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")

_log = structlog.get_logger("soundbridge.api")


class IdempotencyKeyInvalid(BadRequest):
    """What stands in ``Idempotency-Key`` is no key."""

    code = "idempotency_key_invalid"

    def __init__(self) -> None:
        super().__init__(f"{HEADER} is one key of 1 to 255 visible ASCII characters.")


class IdempotencyKeyReused(Unprocessable):
    """The key was sent with another request (draft-ietf-httpapi-idempotency-key-header §2.7)."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("You sent this Idempotency-Key with another request. Take a new one.")


class IdempotencyKeyInUse(Conflict):
    """The first request with the key is not answered yet."""

    code = "idempotency_key_in_use"

    def __init__(self) -> None:
        super().__init__("The first request with this Idempotency-Key is still being done; wait.")


class TooManyKeys(TooManyRequests):
    """As many requests with keys as are kept of one user came within a day."""

    code = "idempotency_keys_used_up"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            retry_after_s,
            f"You sent {KEYS_MAX:,} requests with an {HEADER} within a day, and more are not kept. "
            "Send this one without a key",
        )


class AnswerNotKept(Conflict):
    """It was done, and what was answered is not there to be said again."""

    code = "answer_not_kept"

    def __init__(self) -> None:
        super().__init__(
            "This was done already, but its answer was a secret, too long, or lost when a process "
            "died. Look at what there is now."
        )


class Verdict(Enum):
    """What a row says of a request with its key."""

    ANOTHER = auto()
    RUNNING = auto()
    AGAIN = auto()
    NOT_KEPT = auto()
    KNOWN = auto()


def verdict_on(row: Any, fingerprint: str, now_s: float) -> Verdict:
    """Decide it. Pure."""
    if row.expires_s <= now_s:
        return Verdict.AGAIN
    if row.fingerprint != fingerprint:
        return Verdict.ANOTHER
    if row.status is not None:
        return Verdict.KNOWN
    if row.lease_until_s > now_s:
        return Verdict.RUNNING
    return Verdict.NOT_KEPT if row.is_done else Verdict.AGAIN


def key_of(request: web.Request) -> str | None:
    """Return a request's key, None where it has none; raises IdempotencyKeyInvalid."""
    said = request.headers.getall(HEADER, ())
    if not said:
        return None
    if len(said) > 1 or not _KEY.fullmatch(said[0]):
        raise IdempotencyKeyInvalid
    return said[0]


def takes_idempotency_key(endpoint: Endpoint) -> bool:
    """Tell whether requests to an endpoint may have one: POSTs of users, with a whole body."""
    is_of_users = endpoint.who.role is not None
    return endpoint.method == hdrs.METH_POST and is_of_users and not endpoint.streams


def fingerprint_of(request: web.Request, body: str) -> str:
    """Return a digest of all that a request says."""
    said = f"{request.method} {request.raw_path}\n{body}"
    return hashlib.sha256(said.encode()).hexdigest()


class Attempt:
    """Has its part in a request's transactions: marks its row as done, or raises."""

    def __init__(self, owned: rows.Owned) -> None:
        self._owned = owned

    async def first(self, connection: AsyncConnection) -> None:
        """Mark it, as long as nobody else has begun it again; raises IdempotencyKeyInUse."""
        if not await rows.mark_done(connection, self._owned):
            raise IdempotencyKeyInUse

    async def last(self, connection: AsyncConnection) -> None:
        """Do nothing more."""

    def about(self, subject: str) -> None:
        """Need not know."""


class Idempotency:
    """Does requests once; ``new_id`` makes names of attempts."""

    def __init__(self, database: Database, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id

    async def once(
        self,
        asked: rows.Asked,
        work: Callable[[Alongside], Awaitable[Said]],
        *,
        now_s: float,
        is_kept: bool,
    ) -> Said:
        """Return what ``work`` says, or what it said the first time.

        ``is_kept`` says that the answer may be. Raises what is wrong with the key, and what
        ``work`` raises: then it has not changed anything, and may be tried again.
        """
        owned = asked.owned_by(self._new_id())
        known = await self._begin(asked, owned, now_s)
        if known is not None:
            return replace(known, headers={**known.headers, REPLAYED: "true"})
        try:
            said = await work(Attempt(owned))
        except Exception:
            with suppress(DatabaseUnavailable):  # then its lease runs out
                async with self._database.change() as connection:
                    await rows.give_up(connection, owned)
            raise
        await self._keep(owned, said, is_kept=is_kept)
        return said

    async def _begin(self, asked: rows.Asked, owned: rows.Owned, now_s: float) -> Said | None:
        lease = rows.Lease(now_s + LEASE_S, now_s + KEPT_S)
        async with self._database.change() as connection:
            if await rows.add(connection, asked, owned, lease):
                count, next_s = await rows.kept(connection, asked.user_id, now_s)
                if count > KEYS_MAX:
                    raise TooManyKeys(max(1, round(next_s - now_s)))
                return None
            row = await rows.find(connection, asked)
            match Verdict.AGAIN if row is None else verdict_on(row, asked.fingerprint, now_s):
                case Verdict.ANOTHER:
                    raise IdempotencyKeyReused
                case Verdict.NOT_KEPT:
                    raise AnswerNotKept
                case Verdict.KNOWN if row is not None:
                    return rows.said_in(row)
                case Verdict.AGAIN if row is not None and await rows.take_over(
                    connection, asked, owned, lease, row.attempt
                ):
                    return None
                case _:
                    raise IdempotencyKeyInUse

    async def _keep(self, owned: rows.Owned, said: Said, *, is_kept: bool) -> None:
        is_kept = is_kept and len(said.content or b"") <= CONTENT_BYTES_MAX
        try:
            async with self._database.change() as connection:
                await rows.finish(connection, owned, said if is_kept else None)
        except DatabaseUnavailable:
            _log.warning("an answer was not kept", user=owned.user_id)
