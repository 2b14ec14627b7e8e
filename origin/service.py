"""What a process that serves is told: all that a worker is given, beside its sockets."""

from dataclasses import dataclass, field
from pathlib import Path

from cdn.steering.answer import SteeringRules
from origin.companion.access import Access
from origin.companion.roles import Role, delivers, rooms_of
from origin.companion.rooms import Room
from origin.companion.rows import Rows
from origin.companion.uploads.rules import UploadRules
from origin.defence.rules import Defence
from origin.drain_times import DrainTimes
from origin.memory_shares import USUAL, MemoryShares


class ServerFailed(Exception):
    """The server could not start or did not stay up; the message says why."""


@dataclass(frozen=True, slots=True)
class PlaybackTokens:
    """Where the keys of playback tokens are, and whether what plays needs one.

    ``checked_by_cdn``, whoever asks it, even for what it holds. By the ``signing_key``, the API
    issues tokens, which are good.
    """

    keys: Path | None
    required: bool = False
    checked_by_cdn: bool = False
    signing_key: Path | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """What a process that serves is to do, and how it is to end.

    ``stores`` are locations, the first of which is trusted most. ``shares`` are those of the memory
    of each process. ``cdn_is_purged`` whenever an entry changes, by somebody else or, of what
    ``purge`` names, by workers. ``rows`` are those of the API,
    None for serving stores alone; ``access`` says who gets in to it, and ``uploads`` what may be
    sent. ``packager_jobs`` is how many are packaged at a time by a process beside those that serve,
    0 for none. ``outward`` are private networks that webhooks may reach. Of everything, it is what
    its ``roles`` say; all of it without any. Of sessions, one in ``cmcd_one_in`` is looked at, none
    for 0. ``steering`` is how players are steered, None for not.
    """

    stores: tuple[str, ...]
    tokens: PlaybackTokens | None = None
    cache: str | None = None
    shares: MemoryShares = USUAL
    defence: Defence = field(default_factory=Defence)
    drain: DrainTimes = field(default_factory=DrainTimes)
    cdn_is_purged: bool = False
    purge: tuple[str, ...] = ()
    rows: Rows | None = None
    access: Access = field(default_factory=Access)
    uploads: UploadRules = field(default_factory=UploadRules)
    packager_jobs: int = 0
    outward: tuple[str, ...] = ()
    roles: frozenset[Role] = frozenset()
    cmcd_one_in: int = 1
    steering: SteeringRules | None = None

    @property
    def rooms(self) -> frozenset[Room]:
        """What it has of the API."""
        return rooms_of(self.roles)

    @property
    def keeps_entries_long(self) -> bool:
        """Whether CDNs may keep entries for long, as they are purged."""
        return self.cdn_is_purged or bool(self.purge)

    @property
    def delivers(self) -> bool:
        """Whether it serves media."""
        return delivers(self.roles)

    @property
    def is_part(self) -> bool:
        """Whether others have what it has not, under the same address."""
        return bool(self.roles)
