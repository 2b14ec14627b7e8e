"""Whether who showed who they are is still known by it.

A stream is open for hours, a body may come slowly, and what was shown can end meanwhile: a key is
revoked or rotated, a session is signed out, a user is erased, or may less than before. Many who
listen are asked about at once; who changes something is, in the transaction that does it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Row, Select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.identity import keys
from origin.companion.identity.principal import Means, Principal, Role
from origin.companion.identity.session import rows as sessions
from origin.companion.identity.tables import users
from origin.companion.identity.users import THERE_AMONG
from origin.delivery.errors import CredentialsInvalid

_AT_ONCE: Final = 500
_AMONG: Final[Mapping[Means, Select[Any]]] = {
    Means.KEY: keys.GOOD_AMONG,
    Means.SESSION: sessions.GOING_AMONG,
    Means.TOKEN: THERE_AMONG,
}
_TO_STAY: Final = {  # as whatever refers to a user has it; it stops nobody but ``outwait``
    means: query.with_for_update(read=True, key_share=True, of=users)
    for means, query in _AMONG.items()
}


class StillKnown:
    """Has its part in a request's transactions: none is begun for who is not known any more.

    ``clock`` tells seconds since the epoch.
    """

    def __init__(self, principal: Principal, clock: Callable[[], float]) -> None:
        self._principal = principal
        self._clock = clock

    async def first(self, connection: AsyncConnection) -> None:
        """Raise CredentialsInvalid where they are not; who is, is counted on (``outwait``)."""
        asked = [self._principal]
        if not await standing(connection, asked, now_s=self._clock(), to_stay=True):
            raise CredentialsInvalid("What you show was good when you asked, and is not any more.")

    async def last(self, connection: AsyncConnection) -> None:
        """Do nothing more."""

    def about(self, subject: str) -> None:
        """Need not know."""


class KnownToTheEnd(StillKnown):
    """As ``StillKnown``, of what took long: asked last, so that what is wrong else comes before."""

    async def first(self, connection: AsyncConnection) -> None:
        """Do nothing yet."""

    async def last(self, connection: AsyncConnection) -> None:
        """Raise CredentialsInvalid where they are not known any more."""
        await super().first(connection)


async def standing(
    connection: AsyncConnection,
    principals: Iterable[Principal],
    *,
    now_s: float,
    to_stay: bool = False,
) -> set[Principal]:
    """Return those who are known as before, and may no less.

    With ``to_stay``, erasing finds what the transaction gives them (``outwait``).
    """
    of_means: dict[Means, list[Principal]] = {}
    for principal in principals:
        if principal.expires_s is None or principal.expires_s > now_s:
            of_means.setdefault(principal.means, []).append(principal)
    found: set[Principal] = set()
    for means, all_of_them in of_means.items():
        for start in range(0, len(all_of_them), _AT_ONCE):
            some = all_of_them[start : start + _AT_ONCE]
            asked = {"ids": sorted({_id_of(each) for each in some}), "now_s": now_s}
            rows = await connection.execute((_TO_STAY if to_stay else _AMONG)[means], asked)
            there = {row.id: row for row in rows}
            found |= {each for each in some if _stands(each, there.get(_id_of(each)), now_s)}
    return found


def _id_of(principal: Principal) -> str:
    """Return by which id it is looked for what they showed; of tokens, no row is kept."""
    return principal.user_id if principal.means is Means.TOKEN else principal.credential_id


def _stands(principal: Principal, row: Row[Any] | None, now_s: float) -> bool:
    if row is None or Role(row.role) < principal.role:
        return False
    return principal.means is not Means.KEY or keys.opens(row, principal.digest, now_s)
