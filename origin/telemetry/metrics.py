"""What a process counts, under Prometheus's names.

Requests are counted in plain numbers: whoever answers from memory keeps the ``Series`` that an
answer belongs to, and adds to it. They become Prometheus's samples only when they are collected.
What happens less often (reads of the store, of a cache) is counted by prometheus-client's own
classes in ``Metrics.registry``.

Labels are few by construction: classes of objects, known methods, statuses.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

NAMESPACE: Final = "soundbridge"
BUCKETS_S: Final = (
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip
OTHER: Final = "other"
_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

Counts = Mapping[str, int]
Levels = Mapping[str, float]
Sample = tuple[dict[str, str], float]
"""Labels, and the number that they belong to."""
SHARED: Final = "shared"
"""The type of a gauge that every worker reads at the same place: the largest of them is told."""
Family = list[Any]
"""Name, documentation, type and samples (name, labels, value): as JSON can carry it."""


class Series:
    """Answers of one class, method and status."""

    __slots__ = ("hits", "requests", "sent_bytes")

    def __init__(self) -> None:
        self.requests = 0
        self.hits = 0
        self.sent_bytes = 0

    def hit(self, sent_bytes: int) -> None:
        """Count an answer that was in memory."""
        self.hits += 1
        self.sent_bytes += sent_bytes


class _Durations:
    """How long the answers of one class took."""

    __slots__ = ("counts", "sum_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS_S) + 1)
        self.sum_s = 0.0


class RequestCounts(Collector):
    """Requests, what was sent for them, and how long they took."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str, int], Series] = {}
        self._durations: dict[str, _Durations] = {}

    def series(self, object_class: str, method: str, status: int) -> Series:
        """Return where to count answers like this."""
        key = (object_class, method if method in _METHODS else OTHER, status)
        found = self._series.get(key)
        if found is None:
            found = self._series[key] = Series()
            self._durations.setdefault(object_class, _Durations())
        return found

    def count(
        self, object_class: str, method: str, status: int, sent_bytes: int, duration_s: float
    ) -> None:
        """Count one answer."""
        series = self.series(object_class, method, status)
        series.requests += 1
        series.sent_bytes += sent_bytes
        durations = self._durations[object_class]
        durations.counts[bisect_left(BUCKETS_S, duration_s)] += 1
        durations.sum_s += duration_s

    def hits(self) -> dict[str, int]:
        """Return how many answers of each class were in memory."""
        by_class = dict.fromkeys(self._durations, 0)
        for (object_class, _, _), series in self._series.items():
            by_class[object_class] += series.hits
        return by_class

    def collect(self) -> Iterator[Metric]:
        """Render what was counted."""
        requests = CounterMetricFamily(
            f"{NAMESPACE}_requests", "Answers given.", labels=("class", "method", "status")
        )
        sent = CounterMetricFamily(
            f"{NAMESPACE}_sent_bytes", "Bytes of answers, heads and all.", labels=("class",)
        )
        hits = CounterMetricFamily(
            f"{NAMESPACE}_hot_answers", "Answers given again from memory.", labels=("class",)
        )
        hit = self.hits()
        sent_bytes = dict.fromkeys(hit, 0)
        for (object_class, method, status), series in self._series.items():
            requests.add_metric((object_class, method, str(status)), series.requests + series.hits)
            sent_bytes[object_class] += series.sent_bytes
        for object_class in hit:
            sent.add_metric((object_class,), sent_bytes[object_class])
            hits.add_metric((object_class,), hit[object_class])
        yield from (requests, sent, hits)
        yield self._rendered_durations(hit)

    def _rendered_durations(self, hits: dict[str, int]) -> Metric:
        """Render durations; those of hits are not measured: microseconds, the first bucket."""
        family = HistogramMetricFamily(
            f"{NAMESPACE}_request_duration_seconds",
            "From a request's head to the end of its answer.",
            labels=("class",),
        )
        for object_class, durations in self._durations.items():
            total = hits[object_class]
            buckets = []
            for bound, number in zip((*BUCKETS_S, "+Inf"), durations.counts, strict=True):
                total += number
                buckets.append((str(bound), float(total)))
            family.add_metric((object_class,), buckets, durations.sum_s)
        return family


class _Shared(GaugeMetricFamily):
    """A gauge that is not added up over workers."""


class _Looked(Collector):
    """A family with one number that is looked up when it is collected."""

    def __init__(self, made: Callable[[], Metric]) -> None:
        self._made = made

    def collect(self) -> Iterator[Metric]:
        yield self._made()


class Metrics:
    """All that one process counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = RequestCounts()
        self.registry.register(self.requests)
        self.store_reads = Histogram(
            "store_read_seconds",
            "Reads of object stores, by what was done, how it went, and the store's number.",
            ("operation", "outcome", "store"),
            namespace=NAMESPACE,
            buckets=BUCKETS_S,
            registry=self.registry,
        )

    def gauge(self, name: str, what: str, read: Callable[[], float]) -> None:
        """Tell a number as it is when it is asked for; summed over workers."""
        full = f"{NAMESPACE}_{name}"
        self.registry.register(_Looked(lambda: GaugeMetricFamily(full, what, read())))

    def gauges(self, name: str, what: str, label: str, read: Callable[[], Levels]) -> None:
        """Tell numbers as they are when they are asked for, by one label; summed over workers."""
        full = f"{NAMESPACE}_{name}"

        def made() -> Metric:
            family = GaugeMetricFamily(full, what, labels=(label,))
            for value, number in read().items():
                family.add_metric((value,), number)
            return family

        self.registry.register(_Looked(made))

    def shared(self, name: str, what: str, read: Callable[[], Iterable[Sample]]) -> None:
        """Tell numbers that are no worker's own; the largest is told of what several say."""
        full = f"{NAMESPACE}_{name}"

        def made() -> Metric:
            family = _Shared(full, what)
            for labels, number in read():
                family.add_sample(full, labels, number)
            return family

        self.registry.register(_Looked(made))

    def counter(self, name: str, what: str, read: Callable[[], float]) -> None:
        """Tell a number that only grows, and that somebody else counts."""
        full = f"{NAMESPACE}_{name}"
        self.registry.register(_Looked(lambda: CounterMetricFamily(full, what, read())))

    def counters(self, name: str, what: str, label: str, read: Callable[[], Counts]) -> None:
        """Tell numbers that only grow, by one label."""
        full = f"{NAMESPACE}_{name}"

        def made() -> Metric:
            family = CounterMetricFamily(full, what, labels=(label,))
            for value, number in read().items():
                family.add_metric((value,), number)
            return family

        self.registry.register(_Looked(made))

    def report(self) -> list[Family]:
        """Return everything as of now."""
        return [
            [
                metric.name,
                metric.documentation,
                SHARED if isinstance(metric, _Shared) else metric.type,
                [
                    [sample.name, sample.labels, sample.value]
                    for sample in metric.samples
                    if not sample.name.endswith("_created")
                ],
            ]
            for metric in self.registry.collect()
        ]
