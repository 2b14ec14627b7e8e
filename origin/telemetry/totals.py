"""What workers reported, added up; those that have ended too, so that counters never fall.

What is no worker's own (``Metrics.shared``) is not added up: the largest is taken.

A worker that is killed takes with it what it counted since its last report, a second at most.
"""

import threading
from collections.abc import Hashable, Iterator
from typing import Final

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from origin.telemetry.metrics import SHARED, Family

_Labels = tuple[tuple[str, str], ...]
_GAUGE: Final = "gauge"
_GAUGES: Final = (_GAUGE, SHARED)


class Sums:
    """Families of the same names, added up sample by sample."""

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[str, str]] = {}
        self._values: dict[str, dict[tuple[str, _Labels], float]] = {}

    def add(self, families: list[Family], *, gauges: bool = True) -> None:
        """Add a report; without ``gauges`` where it is one of the past."""
        for name, documentation, kind, samples in families:
            if kind in _GAUGES and not gauges:
                continue
            self._kinds[name] = (documentation, kind)
            values = self._values.setdefault(name, {})
            for sample, labels, value in samples:
                key = (sample, tuple(labels.items()))
                known = values.get(key, 0.0)
                values[key] = max(known, value) if kind == SHARED else known + value

    def families(self) -> list[Family]:
        """Return the sums, in the form of a report."""
        return [
            [
                name,
                *self._kinds[name],
                [[sample, dict(labels), value] for (sample, labels), value in values.items()],
            ]
            for name, values in self._values.items()
        ]


class WorkerTotals(Collector):
    """The sum over all workers that ever were; reported to in one thread, collected in another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reports: dict[Hashable, list[Family]] = {}
        self._past = Sums()

    def take(self, worker: Hashable, families: list[Family]) -> None:
        """Take a worker's report, in place of its last."""
        with self._lock:
            self._reports[worker] = families

    def leave(self, worker: Hashable) -> None:
        """Keep what a worker that has ended had counted."""
        with self._lock:
            self._past.add(self._reports.pop(worker, []), gauges=False)

    def collect(self) -> Iterator[Metric]:
        """Render the sums."""
        sums = Sums()
        with self._lock:
            for families in (self._past.families(), *self._reports.values()):
                sums.add(families)
        for name, documentation, kind, samples in sums.families():
            metric = Metric(name, documentation, _GAUGE if kind == SHARED else kind)
            for sample, labels, value in samples:
                metric.add_sample(sample, labels, value)
            yield metric
