"""Figures of sessions as Prometheus reads them: of those that are looked at, and not scaled.

Ratios and quantiles need no scale; what is added up is that of one session in
``soundbridge_cmcd_one_in``.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Histogram

from cdn.cmcd.figures import BOUNDS, OTHER, RUNGS_MAX
from cdn.cmcd.figures import Histogram as Measure
from cdn.cmcd.session import Noticed
from origin.telemetry.metrics import NAMESPACE, Metrics

if TYPE_CHECKING:
    from origin.quality.intake import Intake
    from origin.quality.sums import DaySums

_ABOUT: Final = {
    Measure.STARTUP_S: (
        "cmcd_startup_seconds",
        "From a session's first request until one that tells of sound in its buffer.",
    ),
    Measure.REBUFFER_RATIO: (
        "cmcd_rebuffer_ratio",
        "Starved time of sessions that ended, by starved time and media together.",
    ),
    Measure.THROUGHPUT_BPS: (
        "cmcd_throughput_bps",
        "What players measured, in bits per second, as of each segment.",
    ),
}


class SessionCounts:
    """Counts what was noticed, of all assets together."""

    def __init__(self, metrics: Metrics) -> None:
        self._histograms = {
            measure: Histogram(
                name, about, namespace=NAMESPACE, buckets=BOUNDS[measure], registry=metrics.registry
            )
            for measure, (name, about) in _ABOUT.items()
        }
        self._sessions = _counter(metrics, "sessions", "Sessions that asked for a segment.")
        self._starvations = _counter(metrics, "starvations", "Buffers that ran empty.")
        self._starved_s = _counter(metrics, "starved_seconds", "Time with an empty buffer.")
        self._rung_s = Counter(
            "cmcd_rung_seconds",
            "Seconds of media that were asked for, by rung.",
            ("rung",),
            namespace=NAMESPACE,
            registry=metrics.registry,
        )
        self._rungs: set[str] = set()

    def noticed(self, noticed: Noticed) -> None:
        """Count what one request added."""
        if noticed.is_first:
            self._sessions.inc()
        if noticed.startup_s is not None:
            self._histograms[Measure.STARTUP_S].observe(noticed.startup_s)
        if noticed.starvations:
            self._starvations.inc(noticed.starvations)
        if noticed.starved_s:
            self._starved_s.inc(noticed.starved_s)
        if noticed.rung is not None and noticed.media_s:
            self._rung_s.labels(self._rung(noticed.rung)).inc(noticed.media_s)
        if noticed.throughput_bps is not None:
            self._histograms[Measure.THROUGHPUT_BPS].observe(noticed.throughput_bps)

    def ended(self, rebuffer_ratio: float) -> None:
        """Count a session that ended."""
        self._histograms[Measure.REBUFFER_RATIO].observe(rebuffer_ratio)

    def _rung(self, name: str) -> str:
        """Return a label, of which there are few whatever rungs are called."""
        if name not in self._rungs and len(self._rungs) >= RUNGS_MAX:
            return OTHER
        self._rungs.add(name)
        return name


def count_intake(
    metrics: Metrics, intake: "Intake", sums: "DaySums | None", going: Callable[[], int]
) -> None:
    """Tell how taking reports goes; ``going`` returns how many sessions go on."""
    metrics.counters(
        "cmcd_reports",
        "Requests that told something by CMCD, by what became of them.",
        "outcome",
        intake.counted,
    )
    metrics.shared(
        "cmcd_one_in",
        "So many sessions are there for each that is looked at.",
        lambda: [({}, intake.thinning.one_in)],
    )
    metrics.gauge("cmcd_sessions_going", "Sessions that go on.", going)
    if sums is not None:
        metrics.counter(
            "cmcd_unwritten_reports",
            "Reports that are in no asset's days: there was no room for more assets.",
            lambda: sums.overflowed,
        )


def _counter(metrics: Metrics, name: str, about: str) -> Counter:
    return Counter(f"cmcd_{name}", about, namespace=NAMESPACE, registry=metrics.registry)
