"""What all processes share to know tickets and listeners by: the key, and the salts of days."""

from collections.abc import Callable
from typing import Final

from origin.companion.catalogue.listing import day_of
from origin.companion.database import Database
from origin.companion.plays import rows

SECRET_BYTES: Final = 32
DAYS_KEPT: Final = 2
"""Today and the day before: no ticket is older than a day."""


def first_kept_day(now_s: float) -> int:
    """Return the first day of which anything is kept."""
    return day_of(now_s) - DAYS_KEPT + 1


class Shared:
    """Reads them once, and forgets old salts; ``random`` gives so many bytes."""

    def __init__(self, database: Database, random: Callable[[int], bytes]) -> None:
        self._database = database
        self._random = random
        self._key: bytes | None = None
        self._salts: dict[int, bytes] = {}

    async def key(self) -> bytes:
        """Return the key that tickets are signed with; raises DatabaseUnavailable."""
        if self._key is None:
            async with self._database.change() as connection:
                key = await rows.shared_key(connection, self._random(SECRET_BYTES))
            self._key = key
        return self._key

    async def salt(self, day: int) -> bytes:
        """Return the salt of today or the day before; raises DatabaseUnavailable."""
        found = self._salts.get(day)
        if found is None:
            async with self._database.change() as connection:
                found = await rows.shared_salt(connection, day, self._random(SECRET_BYTES))
            self._salts[day] = found
        return found

    def forget(self, before_day: int) -> None:
        """Forget the salts of all days before one."""
        self._salts = {day: salt for day, salt in self._salts.items() if day >= before_day}
