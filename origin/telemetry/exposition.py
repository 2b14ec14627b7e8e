"""Where Prometheus asks: an address of its own, in the supervisor.

Not at the public address: what is there is everybody's, and numbers tell strangers how busy a
service is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from origin.supervision.supervisor import Supervisor
from origin.telemetry.metrics import NAMESPACE
from origin.telemetry.scraping import metrics_server


class MetricsUnservable(Exception):
    """Nobody can listen at the metrics' address; the message says why."""


class SupervisorCounts(Collector):
    """What the supervisor counts: its workers, and what became of them."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def collect(self) -> Iterator[Metric]:
        """Render it."""
        tally = self._supervisor.tally
        yield GaugeMetricFamily(
            f"{NAMESPACE}_workers", "Workers that accept connections.", self._supervisor.ready
        )
        yield CounterMetricFamily(
            f"{NAMESPACE}_worker_restarts", "Workers that ended by themselves.", tally.ended
        )
        reloads = CounterMetricFamily(
            f"{NAMESPACE}_reloads", "Reloads, by how they went.", labels=("outcome",)
        )
        reloads.add_metric(("done",), tally.reloads)
        reloads.add_metric(("failed",), tally.failed_reloads)
        yield reloads
        if (packager := self._supervisor.beside) is not None:
            yield GaugeMetricFamily(
                f"{NAMESPACE}_packagers", "Packaging workers at work.", int(packager.is_up)
            )
            yield CounterMetricFamily(
                f"{NAMESPACE}_packager_restarts",
                "Packaging workers that ended by themselves.",
                packager.ended,
            )


@contextmanager
def exposed(host: str, port: int, *collectors: Collector) -> Iterator[int]:
    """Serve metrics at ``/metrics`` while the caller's block runs; the value is the port.

    ``port`` 0 takes a free one.
    """
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    try:
        server = metrics_server(host, port, registry)
    except OSError as error:
        raise MetricsUnservable(
            f"Cannot serve metrics at {host}:{port}: {error.strerror}."
        ) from error
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
