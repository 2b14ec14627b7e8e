"""Sessions that go on, as many as there is room for. Pure.

A session is known by a digest of its id under a salt that its process made for itself and keeps to
itself; nothing else of who listens comes in here. It ends once nothing was heard of it for
``SILENT_S``, once its player goes over to another asset, and where there is no room: the one that
was silent longest makes room then. Who comes back after that is another session, whose startup is
unknown.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from cdn.cmcd.place import Place
from cdn.cmcd.report import Report
from cdn.cmcd.sampling import is_chosen
from cdn.cmcd.session import Noticed, Session

SILENT_S: Final = 120.0
SESSIONS_MAX: Final = 10_000
"""Some 500 bytes each."""
_DIGEST_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Ended:
    """What is known of a session at its end; it had media."""

    asset_id: str
    rebuffer_ratio: float
    ended_s: float


class _Going:
    """A session that goes on."""

    __slots__ = ("came_s", "entered_s", "heard_s", "number", "session")

    def __init__(self, number: int, session: Session) -> None:
        self.number = number
        self.session = session
        self.heard_s = self.came_s = 0.0
        self.entered_s: float | None = None
        """When something was asked for, behind the last segment, that leads to any asset."""


class Sessions:
    """Takes the requests of all sessions, in the order in which they came."""

    def __init__(self, salt: bytes, sessions_max: int = SESSIONS_MAX) -> None:
        self._salt = salt
        self._most = sessions_max
        self._going: OrderedDict[bytes, _Going] = OrderedDict()

    def __len__(self) -> int:
        """How many go on."""
        return len(self._going)

    def take(
        self,
        sid: bytes,
        number: int,
        place: Place,
        report: Report,
        now_s: float,
        *,
        came_s: float | None = None,
    ) -> tuple[Noticed, str | None, list[Ended]]:
        """Return what was noticed, of which asset, and what ended by it.

        ``number`` is that by which the session is chosen; ``came_s`` is when one was heard of that
        was made before.
        """
        ended: list[Ended] = []
        key = blake2b(sid, digest_size=_DIGEST_BYTES, key=self._salt).digest()
        going = self._going.get(key)
        if going is not None and abs(now_s - going.heard_s) >= SILENT_S:
            ended += self._ended(key)
            going = None
        if going is None:
            going = self._going[key] = _Going(number, Session(_began_s(place, report, now_s)))
            if len(self._going) > self._most:
                ended += self._ended(next(iter(self._going)))
        elif place.asset_id not in {None, going.session.asset_id} and going.session.asset_id:
            ended += _end(going)
            going.session = Session(_began_s(place, report, now_s, going.entered_s))
        self._going.move_to_end(key)
        going.heard_s = now_s
        going.came_s = now_s if came_s is None else came_s
        if place.asset_id is None:
            going.entered_s = now_s
            return Noticed(), None, ended
        if place.number is not None:
            going.entered_s = None
        noticed = going.session.take(place, report, now_s)
        return noticed, going.session.asset_id, ended

    def end_silent(self, now_s: float, silent_s: float = SILENT_S) -> Iterator[Ended]:
        """End those of which nothing came for so long; they are in the order of that."""
        while self._going:
            key, going = next(iter(self._going.items()))
            if abs(now_s - going.came_s) < silent_s:
                return
            yield from self._ended(key)

    def end_all(self) -> Iterator[Ended]:
        """End all that go on."""
        while self._going:
            yield from self._ended(next(iter(self._going)))

    def forget_unchosen(self, one_in: int) -> None:
        """Know nothing of those that are no longer looked at: what is known is not whole."""
        gone = [key for key, each in self._going.items() if not is_chosen(each.number, one_in)]
        for key in gone:
            del self._going[key]

    def _ended(self, key: bytes) -> list[Ended]:
        return _end(self._going.pop(key))


def _end(going: _Going) -> list[Ended]:
    asset_id, ratio = going.session.asset_id, going.session.rebuffer_ratio
    if ratio is None or asset_id is None:
        return []
    return [Ended(asset_id, ratio, going.heard_s)]


def _began_s(
    place: Place, report: Report, now_s: float, entered_s: float | None = None
) -> float | None:
    """Return since when a listener waits; None where something may have played before."""
    if entered_s is not None:
        return entered_s
    is_beginning = place.asset_id is None or (report.su and not report.bl_ms)
    return now_s if is_beginning else None
