"""What a person would have noticed of one session, as far as its requests tell. Pure.

CMCD comes with requests for objects, and a player that has all it wants makes none. So a server
learns of sound that is asked for, with what the player said at that moment; not of what was heard,
nor of pauses, nor of an end. What is derived here, and how:

- *Startup* is the time from the first request of the session until the first request for a segment
  that tells of sound in the buffer (``bl`` above 0) or, from players that tell no ``bl``, that is
  not urgent (``su``): until it could play, and at most one request later than that. Waiting for a
  person to press a button is no part of it, nor is what comes before the first request that tells
  anything, which of hls.js is a media playlist's. It is unknown where the session was first seen
  with sound in its buffer already: its beginning was another server's, or a cache's.
- A *starvation* is an emptied buffer. Players tell it by ``bs``; hls.js does so for video alone,
  and at its next initialization section, however late that is. But a request is urgent then, too
  (``su``), which else it is at a start and after a seek. So an urgent request for the segment
  behind the last one asked for counts where the last one was not urgent, or where the buffer that
  was told with the last one had run dry since. One that jumps is a seek, and so is one that comes
  before that buffer can have run dry. ``bs`` that comes later for what has counted so counts no
  more, nor does that of a seek, which is urgent, too: dash.js tells it after each, Shaka Player 4
  after those out of the buffer, and hls.js at the initialization section that follows. One to what
  is there is told by how much has left the buffer meanwhile: as much as time has passed, or more. A
  player that waits with its next request until all is calm again, as hls.js does where one segment
  fills its buffer, tells nothing of it: to a server, it was paused.
- *Starved time* is how much later the request that told of a starvation came than the buffer told
  with the last one would have lasted, at the rate (``pr``) told then. It is short by what a player
  hides, and 0 where it tells no ``bl``.
- *Media* is the duration (``d``, else the usual one) of segments asked for, each once while it is
  asked for again: by rung, it is the residency. Who leaves has not heard all of it.
- The *rebuffer ratio* of a session is starved time by starved time and media together.
- *Throughput* is what the player measured (``mtp``), as of each segment but the first of a session
  that begins: by then it has measured nothing, and tells what it was built to begin with. It is in
  hundreds of kbit/s: 0 is that of who has less than one.
"""

from dataclasses import dataclass
from typing import Final

from cdn.cmcd.asked import DRY_S, Asked
from cdn.cmcd.place import Place
from cdn.cmcd.report import Report
from cdn.policy.lifetime import USUAL_TARGET_DURATION_S

SEGMENT_S_MAX: Final = 60.0
STARVED_S_MAX: Final = 120.0
"""A session that was silent for longer has ended; see ``sessions``."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What one request added to what is known of its session."""

    is_first: bool = False
    startup_s: float | None = None
    starvations: int = 0
    starved_s: float = 0.0
    rung: str | None = None
    media_s: float = 0.0
    throughput_bps: float | None = None


NOTHING: Final = Noticed()


class Session:
    """One session of one asset, from its first request on; times are seconds of one clock."""

    __slots__ = (
        "_began_s", "_has_begun", "_has_sought", "_is_counted", "_is_dry", "_is_told", "_last",
        "asset_id", "media_s", "starved_s",
    )  # fmt: skip

    def __init__(self, began_s: float | None) -> None:
        self.asset_id: str | None = None
        self.media_s = 0.0
        self.starved_s = 0.0
        self._began_s = began_s
        self._has_begun = False
        self._has_sought = False
        """Whether it did since the last initialization section."""
        self._is_counted = False
        """Whether a starvation counted since the last segment was asked for."""
        self._is_dry = False
        """Whether the last one that counted may go on."""
        self._is_told = False
        """Whether one counted of which ``bs`` has not told yet."""
        self._last: Asked | None = None

    @property
    def rebuffer_ratio(self) -> float | None:
        """Starved time by starved time and media; None where there is no media."""
        return self.starved_s / (self.starved_s + self.media_s) if self.media_s else None

    def take(self, place: Place, report: Report, now_s: float) -> Noticed:
        """Take one request, in the order in which they came."""
        self.asset_id = self.asset_id or place.asset_id
        if place.number is None:
            return self._beside(report, now_s) if place.is_init else NOTHING
        return self._segment(place.number, place.rung, report, now_s)

    def _beside(self, report: Report, now_s: float) -> Noticed:
        """Take a request for an initialization section, by which hls.js tells of a starvation."""
        has_sought, self._has_sought = self._has_sought, False
        if not (report.bs and self._has_begun):
            return NOTHING
        is_known, self._is_told = self._is_told or has_sought, False
        return NOTHING if is_known else self._starvation(now_s)

    def _segment(self, number: int, rung: str | None, report: Report, now_s: float) -> Noticed:
        last = self._last
        duration_s = _duration_s(report)
        if last is None and self._began_s is None and report.su and not report.bl_ms:
            self._began_s = now_s
        is_again = last is not None and last.number == number
        media_s = 0.0 if is_again else duration_s
        seeks = self._seeks(number, report, now_s)
        starved = self._starved(report, now_s, seeks=seeks) if self._has_begun else NOTHING
        startup_s = None if self._has_begun else self._begun(report, now_s)
        self.media_s += media_s
        self._is_counted = False
        buffer_s = None if report.bl_ms is None else report.bl_ms / 1000
        self._last = Asked(
            number, now_s, duration_s, buffer_s, report.pr or 1.0, report.su or seeks
        )
        self._has_sought = self._has_sought or seeks
        return Noticed(
            is_first=last is None,
            startup_s=startup_s,
            starvations=starved.starvations,
            starved_s=starved.starved_s,
            rung=rung,
            media_s=media_s,
            throughput_bps=_throughput_bps(report, is_first=last is None),
        )

    def _begun(self, report: Report, now_s: float) -> float | None:
        """Tell how long it took until something could play; None where that is not yet, or ever."""
        could_play = not report.su if report.bl_ms is None else report.bl_ms > 0
        if not could_play:
            return None
        self._has_begun = True
        return None if self._began_s is None else max(0.0, now_s - self._began_s)

    def _seeks(self, number: int, report: Report, now_s: float) -> bool:
        """Tell whether somebody has gone elsewhere: what was there to play is of no use."""
        last = self._last
        if last is None:
            return False
        if number not in {last.number, last.number + 1}:
            return report.su or not (report.bl_ms or report.bs)
        if report.bs:
            return report.su and number != last.number and last.was_heard(report, now_s)
        return report.su and not last.is_urgent and last.dry_s(now_s) < -DRY_S

    def _starved(self, report: Report, now_s: float, *, seeks: bool) -> Noticed:
        if report.bs:
            is_known, self._is_told = self._is_told or self._is_counted, False
            return NOTHING if is_known or seeks else self._starvation(now_s)
        last = self._last
        if last is None or not report.su or seeks:
            self._is_dry = False
            return NOTHING
        if self._is_counted:
            return NOTHING
        if not last.is_urgent or last.ran_dry(report, now_s):
            self._is_told = True
            return self._starvation(now_s)
        if self._is_dry and last.buffer_s is not None and last.buffer_s <= DRY_S:
            return self._starving(last.dry_s(now_s), 0)
        return NOTHING

    def _starvation(self, now_s: float) -> Noticed:
        self._is_counted = self._is_dry = True
        return self._starving(0.0 if self._last is None else self._last.dry_s(now_s), 1)

    def _starving(self, starved_s: float, starvations: int) -> Noticed:
        counted_s = min(max(0.0, starved_s), STARVED_S_MAX)
        self.starved_s += counted_s
        return Noticed(starvations=starvations, starved_s=counted_s)


def _throughput_bps(report: Report, *, is_first: bool) -> float | None:
    is_beginning = is_first and report.su and not report.bl_ms
    if report.mtp_kbps is None or is_beginning:
        return None
    return report.mtp_kbps * 1000


def _duration_s(report: Report) -> float:
    if not report.d_ms:
        return float(USUAL_TARGET_DURATION_S)
    return min(report.d_ms / 1000, SEGMENT_S_MAX)
