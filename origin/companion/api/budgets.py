"""How much anyone may ask of the API in a minute, and what is left of it (RateLimit fields).

Requests are counted by minutes of the clock. What a client has used is its requests of this minute,
and of the last one in proportion to how much of that is still within sixty seconds; so there is no
double share around a full minute. A process counts in memory; where there is a cache, who is known
is counted in it, for all processes together. Anonymous reads are not: they are what caches answer,
and to ask another server first would cost more than they do. Where the cache does not answer,
memory counts.

The fields are those of draft-ietf-httpapi-ratelimit-headers-10: ``q`` is a budget's size, ``w`` the
seconds it is for, ``r`` what is left, ``t`` the seconds until there is all of it again.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from origin.cache.errors import Refused, Unanswered
from origin.delivery.errors import TooManyRequests

if TYPE_CHECKING:
    from origin.cache.connection import Connection

USER: Final = "user"
ADDRESS: Final = "address"
WINDOW_S: Final = 60
_CLIENTS_MAX: Final = 200_000
_ALL_OTHERS: Final = ""
_PREFIX: Final = "soundbridge:budget:"
_MARGIN_S: Final = 5


class BudgetSpent(TooManyRequests):
    """A user, or an address, has asked for all that there is in a minute."""

    def __init__(self, use: "Use") -> None:
        whose = "you" if use.name == USER else "your address"
        why = f"None is left of the {use.quota} requests a minute that {whose} may send to the API"
        super().__init__(use.reset_s, why)
        self.use = use


@dataclass(frozen=True, slots=True)
class Use:
    """What is used of a budget, with the request that asks; ``reset_s`` seconds from now."""

    name: str
    quota: int
    used: int
    reset_s: int

    @property
    def is_over(self) -> bool:
        """Whether the request is one too many."""
        return self.used > self.quota

    @property
    def headers(self) -> dict[str, str]:
        """The fields that tell a client."""
        left = max(self.quota - self.used, 0)
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.quota};w={WINDOW_S}',
            "RateLimit": f'"{self.name}";r={left};t={self.reset_s}',
        }


class Counter(Protocol):
    """Counts requests by a client's key and a minute's number."""

    async def count(self, key: str, minute: int) -> tuple[int, int]:
        """Count one; return how many there are in this minute, and were in the one before."""


class MemoryCounter:
    """Counts those of one process; beyond a number of clients, all others are one."""

    def __init__(self) -> None:
        self._minute = 0
        self._now: dict[str, int] = {}
        self._before: dict[str, int] = {}

    async def count(self, key: str, minute: int) -> tuple[int, int]:
        """Count one."""
        return self.counted(key, minute)

    def counted(self, key: str, minute: int) -> tuple[int, int]:
        """Count one; nobody else has to be asked for it."""
        if minute != self._minute:
            self._before = self._now if minute == self._minute + 1 else {}
            self._now, self._minute = {}, minute
        if key not in self._now and len(self._now) >= _CLIENTS_MAX:
            key = _ALL_OTHERS
        self._now[key] = self._now.get(key, 0) + 1
        return self._now[key], self._before.get(key, 0)

    def give_back(self, key: str, minute: int) -> None:
        """Count one less, unless its minute is over."""
        key = key if key in self._now else _ALL_OTHERS
        if minute == self._minute and self._now.get(key):
            self._now[key] -= 1


class SharedCounter:
    """Counts those of all processes, and those of this one while nobody answers."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._memory = MemoryCounter()

    async def count(self, key: str, minute: int) -> tuple[int, int]:
        """Count one."""
        here = await self._memory.count(key, minute)

        async def ask() -> list[int | bytes | None]:
            pipeline = self._connection.client.pipeline(transaction=False)
            pipeline.incr(f"{_PREFIX}{key}:{minute}")
            pipeline.expire(f"{_PREFIX}{key}:{minute}", 2 * WINDOW_S + _MARGIN_S)
            pipeline.get(f"{_PREFIX}{key}:{minute - 1}")
            answered: list[int | bytes | None] = await pipeline.execute()
            return answered

        try:
            now, _, before = await self._connection.ask(ask)
        except (Unanswered, Refused):
            return here
        return int(now or 0), int(before or 0)


class Budget:
    """A number of requests a minute for each client; 0 is any number."""

    def __init__(self, name: str, quota: int) -> None:
        self._name = name
        self._quota = quota

    async def take(self, counter: Counter, key: str, now_s: float) -> Use | None:
        """Count a request; None where there is no limit. Raises BudgetSpent."""
        if not self._quota:
            return None
        counts = await counter.count(f"{self._name}:{key}", int(now_s // WINDOW_S))
        return self._use(counts, now_s)

    def take_here(self, counter: MemoryCounter, key: str, now_s: float) -> Use | None:
        """Count a request in this process; as ``take``."""
        if not self._quota:
            return None
        return self._use(counter.counted(f"{self._name}:{key}", int(now_s // WINDOW_S)), now_s)

    def _use(self, counts: tuple[int, int], now_s: float) -> Use:
        here, before = counts
        second = now_s % WINDOW_S
        used = here + int(before * (1 - second / WINDOW_S))
        use = Use(self._name, self._quota, used, max(int(WINDOW_S - second), 1))
        if use.is_over:
            raise BudgetSpent(use)
        return use

    def give_back(self, counter: MemoryCounter, key: str, now_s: float) -> None:
        """Count a request no more that was taken at a time."""
        counter.give_back(f"{self._name}:{key}", int(now_s // WINDOW_S))
