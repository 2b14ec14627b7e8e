"""Credentials of which nobody knows yet whether they are good: how many an address may try.

To look one up is to ask the database. So each that is shown is counted before, and given back if it
was good: what is left to an address is what it may guess wrongly in a minute, and who has spent
that costs no query more. What was found good lately is looked up all the same, so that nobody is
locked out by who guesses beside them behind the same address. Each process counts for itself.
"""

import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from origin.companion.api.budgets import Budget, MemoryCounter
from origin.delivery.errors import Unauthenticated

_FAMILIAR_MAX: Final = 50_000
_DIGEST_BYTES: Final = 16


@dataclass(slots=True)
class Guess:
    """What one request shows."""

    is_good: bool = False


class Guesses:
    """Counts by addresses, and remembers digests of what was good."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._counter = MemoryCounter()
        self._familiar: OrderedDict[bytes, None] = OrderedDict()

    @asynccontextmanager
    async def counted(self, shown: str, address: str | None, now_s: float) -> AsyncIterator[Guess]:
        """Let the caller's block look up what is shown, and say where that was good.

        Raises BudgetSpent. Where the block cannot tell (a database is away), nothing is counted.
        """
        guess = Guess()
        digest = hashlib.blake2b(shown.encode(errors="replace"), digest_size=_DIGEST_BYTES).digest()
        counts = address is not None and digest not in self._familiar
        if counts:
            await self._budget.take(self._counter, address or "", now_s)
        is_bad = False
        try:
            yield guess
            is_bad = not guess.is_good
        except Unauthenticated:
            is_bad = True
            raise
        finally:
            if counts and not is_bad:
                self._budget.give_back(self._counter, address or "", now_s)
            self._remember(digest, is_good=guess.is_good)

    def _remember(self, digest: bytes, *, is_good: bool) -> None:
        if not is_good:
            self._familiar.pop(digest, None)
            return
        self._familiar[digest] = None
        self._familiar.move_to_end(digest)
        if len(self._familiar) > _FAMILIAR_MAX:
            self._familiar.popitem(last=False)
