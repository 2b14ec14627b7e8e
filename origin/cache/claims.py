"""Who reads the store for all: a claim in Redis.

There are two claims of each object. Their rules:

1. While Redis answers, only who holds a claim reads the store: two at a time, however slow it is.
2. The first is free to whoever finds nothing, the second to who has waited for a while: so a claim
   that is lost with its process, or a read that is stuck, costs others no more than that wait.
3. Whoever asked for a claim releases it, however his read ends: what he wanted is there, or is not,
   he was cancelled, or nobody told him whether he has it.
4. Nobody releases another's, nor his own of another time: a claim has a token, which is never used
   again, not even where it was tried to take it in vain.
5. A claim that nobody releases, its process being dead, ends by itself, soon after any read under
   it must have ended.
6. Whoever finds none free says so once, and so does whoever has read what is not worth its room in
   Redis. Who has read and finds that said gives it all the same: somebody waits, or it was read
   twice in a short time.
"""

import asyncio
import secrets
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from origin.cache.batch import Ask
from origin.cache.errors import Refused, Unanswered

if TYPE_CHECKING:
    from redis.asyncio import Redis

_FIRST: Final = "claim"
_SECOND: Final = "claim2"
_RELEASE: Final = (
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
)

_WANTED: Final = "wanted"
_RELEASED_AFTER_S: Final = (0.0, 0.5, 1.5)
"""When it is tried to release one, until that is answered; then it is left to its end."""


class Claim(NamedTuple):
    """A read that is one process's to do, if ``token`` is what Redis has under ``name``."""

    name: str
    token: str


class Claims:
    """The claims of one process; each lasts for ``lasts_s`` at most."""

    def __init__(self, client: "Redis", ask: Ask, lasts_s: float) -> None:
        self._client = client
        self._ask = ask
        self._lasts_ms = int(lasts_s * 1000)
        self._claimant = secrets.token_hex(8)
        self._numbers = count()

    def of(self, name: str) -> tuple[Claim, Claim]:
        """Return both claims of what is called so, with a token that was never used."""
        token = f"{self._claimant}:{next(self._numbers)}"
        return Claim(f"{name}:{_FIRST}", token), Claim(f"{name}:{_SECOND}", token)

    async def take(self, claim: Claim) -> bool:
        """Tell whether it was free, and now is ours; raises what ``Ask`` does.

        Who is told nothing may have it all the same, and is to release it.
        """
        taken = await self._ask(
            lambda: self._client.set(claim.name, claim.token, nx=True, px=self._lasts_ms)
        )
        return bool(taken)

    async def say_wanted(self, name: str, for_s: float) -> None:
        """Say that somebody wants what is called so; raises what ``Ask`` does."""
        px = int(for_s * 1000)
        await self._ask(lambda: self._client.set(f"{name}:{_WANTED}", b"", px=px))

    async def was_wanted(self, name: str, for_s: float) -> bool:
        """Tell whether that was said, and say it where it was not; raises what ``Ask`` does."""
        px = int(for_s * 1000)
        is_first = await self._ask(
            lambda: self._client.set(f"{name}:{_WANTED}", b"", nx=True, px=px)
        )
        return not is_first

    async def release(self, claim: Claim) -> None:
        """Let others have it, if it is ours: they would wait as long again as it is tried here."""
        for pause_s in _RELEASED_AFTER_S:
            await asyncio.sleep(pause_s)
            with suppress(Unanswered):
                if await self._is_released(claim):
                    return

    async def _is_released(self, claim: Claim) -> bool:
        """Tell whether it was ours; where it was not, it may be in a moment, by a late command."""
        try:
            return bool(await self._ask(lambda: self._client.eval(_RELEASE, 1, *claim)))
        except Refused:
            return True  # or never
