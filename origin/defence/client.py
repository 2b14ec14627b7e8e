"""What one client may take: connections that are open, and requests a second. Pure.

Requests are counted by GCRA, the leaky bucket as one number: the time at which the client would be
even with its rate. A request is taken while that time is not further ahead than the burst, and
moves it on. Refused requests do not move it. (The library ``limits`` takes two to eight
microseconds for that, a good part of what the hot path needs for a whole answer; this takes a
fifth of one.)

Clients are known while they have connections, or are ahead of their rate. There are at most
``known_max`` of them; where there are more, those that were forgotten start anew.
"""

import math
from dataclasses import dataclass
from itertools import islice
from typing import Final

_KNOWN_MAX: Final = 65_536
_FREED_AT_LEAST: Final = 8
"""A part of the table, one in so many: it is looked through only after that many new clients."""
_UNLIMITED: Final = math.inf


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """What one client may take of one process; 0 is no limit.

    The defaults are far above what is behind one address in good faith. 1,024 connections are as
    many listeners, more than a carrier puts behind one IPv4 address; 2,000 requests a second are
    segments for 12,000 listeners, or 1.5 Gbit/s of them to one server of a CDN. What asks for more
    than that is named as a trusted proxy.
    """

    connections: int = 1024
    requests_per_s: int = 2000
    burst_s: float = 5.0


class Client:
    """One client of a process; it is the connections that count themselves."""

    __slots__ = ("_burst_s", "_even_at_s", "_interval_s", "connections")

    def __init__(self, limits: ClientLimits) -> None:
        self.connections = 0
        self._even_at_s = 0.0
        is_limited = limits.requests_per_s > 0
        self._interval_s = 1 / limits.requests_per_s if is_limited else 0.0
        self._burst_s = limits.burst_s if is_limited else _UNLIMITED

    def takes_request(self, now_s: float) -> bool:
        """Count one more request; False, without counting it, where that is too many."""
        even_at_s = self._even_at_s
        if even_at_s <= now_s:
            self._even_at_s = now_s + self._interval_s
            return True
        if even_at_s - now_s > self._burst_s:
            return False
        self._even_at_s = even_at_s + self._interval_s
        return True

    def retry_after_s(self, now_s: float, requests: int = 1) -> int:
        """Return in how many whole seconds so many requests will be taken."""
        even_at_s = self._even_at_s + (requests - 1) * self._interval_s
        return math.ceil(max(1.0, even_at_s - self._burst_s - now_s))

    def is_forgettable(self, now_s: float) -> bool:
        """Tell whether a new client would be treated the same."""
        return not self.connections and self._even_at_s <= now_s


class Clients:
    """Clients by their addresses (``forwarding.client_key``)."""

    def __init__(self, limits: ClientLimits, known_max: int = _KNOWN_MAX) -> None:
        self._limits = limits
        self._known: dict[str, Client] = {}
        self._known_max = self._forget_at = known_max

    def __len__(self) -> int:
        """How many are known."""
        return len(self._known)

    def of(self, key: str, now_s: float) -> Client:
        """Return the client with this address."""
        client = self._known.get(key)
        if client is None:
            if len(self._known) >= self._forget_at:
                self._forget(now_s)
            client = self._known[key] = Client(self._limits)
        return client

    def _forget(self, now_s: float) -> None:
        """Make room: by those that need not be known, else by those known for longest."""
        known = self._known
        for key in [key for key, client in known.items() if client.is_forgettable(now_s)]:
            del known[key]
        freed = max(1, self._known_max // _FREED_AT_LEAST)
        surplus = len(known) - self._known_max + freed
        without = (key for key, client in known.items() if not client.connections)
        for key in list(islice(without, max(0, surplus))):
            del known[key]
        self._forget_at = max(self._known_max, len(known) + freed)
