"""Whether who showed who they are is still known by it.

A stream is open for hours, and what opened it can end meanwhile: a key is revoked or rotated, a
session is signed out, a user is erased, or may less than before. Many are asked about at once.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Row, Select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.identity import keys
from origin.companion.identity.principal import Means, Principal, Role
from origin.companion.identity.session import rows as sessions
from origin.companion.identity.users import there_among

_AT_ONCE: Final = 500


async def standing(
    connection: AsyncConnection, principals: Iterable[Principal], *, now_s: float
) -> set[Principal]:
    """Return those who are known as before, and may no less."""
    of_means: dict[Means, list[Principal]] = {}
    for principal in principals:
        if principal.expires_s is None or principal.expires_s > now_s:
            of_means.setdefault(principal.means, []).append(principal)
    found: set[Principal] = set()
    for means, all_of_them in of_means.items():
        for start in range(0, len(all_of_them), _AT_ONCE):
            some = all_of_them[start : start + _AT_ONCE]
            found |= await _standing(connection, means, some, now_s)
    return found


async def _standing(
    connection: AsyncConnection, means: Means, some: Sequence[Principal], now_s: float
) -> set[Principal]:
    query = _query(means, {_id_of(each) for each in some}, now_s)
    there = {row.id: row for row in await connection.execute(query)}
    return {each for each in some if _stands(each, there.get(_id_of(each)), now_s)}


def _query(means: Means, ids: set[str], now_s: float) -> Select[Any]:
    match means:
        case Means.KEY:
            return keys.good_among(ids, now_s=now_s)
        case Means.SESSION:
            return sessions.going_among(ids, now_s=now_s)
        case Means.TOKEN:
            return there_among(ids)


def _id_of(principal: Principal) -> str:
    """Return by which id it is looked for what they showed; of tokens, no row is kept."""
    return principal.user_id if principal.means is Means.TOKEN else principal.credential_id


def _stands(principal: Principal, row: Row[Any] | None, now_s: float) -> bool:
    if row is None or Role(row.role) < principal.role:
        return False
    return principal.means is not Means.KEY or keys.opens(row, principal.digest, now_s)
