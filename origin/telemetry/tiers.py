"""What an operator sees of the cache: where answers were found, and how the tiers are.

An answer counts once, by the object that came from farthest, as its ``Cache-Status`` says. What the
hot path gives again was in memory, and is counted already, by its class: it is only added here.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from origin.cache.record import Found, found_for
from origin.telemetry.metrics import NAMESPACE, Metrics
from origin.telemetry.places import PLACES
from origin.telemetry.requests import OBJECT_CLASS

if TYPE_CHECKING:
    from aiohttp import web

    from origin.cache.running import Tiers
    from origin.cache.tiered import TieredReader


class FoundCounts(Collector):
    """Answers of each class, by where what they are made of was found."""

    def __init__(self, metrics: Metrics) -> None:
        self._requests = metrics.requests
        self._counts: Counter[tuple[str, Found]] = Counter()
        metrics.registry.register(self)

    async def note(self, request: "web.Request", response: "web.StreamResponse") -> None:
        """Count an answer by aiohttp; a signal of ``on_response_prepare``."""
        object_class, found = response.get(OBJECT_CLASS), found_for(request, response)
        if object_class is not None and found is not None:
            self._counts[object_class, found] += 1

    def collect(self) -> Iterator[Metric]:
        """Render what was counted, with what the hot path gave."""
        family = CounterMetricFamily(
            f"{NAMESPACE}_cache_requests",
            "Answers, by the farthest tier that any part of them was found in, and how.",
            labels=("class", "tier", "outcome"),
        )
        told: Counter[tuple[str, str, str]] = Counter()
        for (object_class, found), number in self._counts.items():
            told[object_class, *PLACES[found]] += number
        for object_class, hits in self._requests.hits().items():
            if hits:
                told[object_class, *PLACES[Found.MEMORY]] += hits
        for labels, number in told.items():
            family.add_metric(labels, number)
        yield family


def count_tiers(metrics: Metrics, tiers: "Tiers") -> None:
    """Tell how the tiers of this process are."""
    _count_memory(metrics, tiers.reader)
    shared, connection = tiers.shared, tiers.connection
    if shared is None or connection is None:
        return
    metrics.counters(
        "shared_cache_reads",
        "Objects looked for in Redis, by how that went.",
        "outcome",
        lambda: shared.reads,
    )
    metrics.counters(
        "shared_cache_errors",
        "Commands that Redis did not do, and values that were not as they should be.",
        "kind",
        lambda: shared.errors,
    )
    metrics.gauge(
        "shared_cache_open_circuits",
        "Workers that take Redis for unreachable, and go on without.",
        lambda: connection.is_open,
    )
    metrics.gauge(
        "shared_cache_listeners",
        "Workers that hear of changes from Redis.",
        lambda: tiers.reader.held.hears,
    )


def _count_memory(metrics: Metrics, reader: "TieredReader") -> None:
    memory, counts = reader.held.memory, reader.counts
    for name, what, held in (
        (
            "bytes",
            "Bytes of the objects held in memory, with what it takes.",
            lambda: memory.size_bytes,
        ),
        ("limit_bytes", "Bytes that they may take.", lambda: memory.bytes_max),
        ("objects", "Objects held in memory.", lambda: len(memory)),
    ):
        metrics.gauge(f"cache_memory_{name}", what, held)
    for name, what, counted in (
        ("evictions", "Objects that left memory for want of room.", lambda: memory.evicted),
        ("joined_reads", "Reads that waited for one under way.", lambda: counts.joined),
        ("reads_ahead", "Objects read before anybody asked.", lambda: counts.ahead),
        ("reads_ahead_used", "Those of them that somebody asked for.", lambda: counts.ahead_used),
    ):
        metrics.counter(f"cache_{name}", what, counted)
