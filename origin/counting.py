"""What a process that serves counts of its parts, looked up when somebody asks."""

from typing import TYPE_CHECKING

from origin.defence.guard import Guard
from origin.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from origin.companion.composition import Companion


def count_companion(companion: "Companion", metrics: Metrics) -> None:
    """Count what the API holds and has done."""
    _count_plays(companion, metrics)
    _count_answers(companion, metrics)
    _count_replicas(companion, metrics)
    companion.queue_watch.tell(metrics)
    companion.purge_watch.tell(metrics)


def _count_plays(companion: "Companion", metrics: Metrics) -> None:
    held = companion.playing.buffer
    metrics.gauge("held_plays", "Plays that are not written yet.", lambda: len(held))
    for name, what, read in (
        ("counted_plays", "Plays that were written.", lambda: held.written),
        ("repeated_plays", "Not written: twice there, or too many.", lambda: held.refused),
        ("overflowed_plays", "Turned away: no room is left for more.", lambda: held.overflowed),
    ):
        metrics.counter(name, what, read)


def _count_answers(companion: "Companion", metrics: Metrics) -> None:
    answers = companion.answers
    if answers is None:
        return
    metrics.gauge("api_answers_kept", "Answers of the API in memory.", lambda: len(answers))
    metrics.gauge("api_answers_bytes", "What those take.", lambda: answers.size_bytes)
    metrics.counters(
        "api_answers_changed",
        "Subjects of answers that were told to have changed, by their kind.",
        "kind",
        lambda: answers.raised,
    )


def _count_replicas(companion: "Companion", metrics: Metrics) -> None:
    database = companion.database
    if database.has_replicas:
        metrics.gauges(
            "passed_over_replicas",
            "Workers that read others in the place of a replica: it is away, or too far behind.",
            "replica",
            lambda: {
                str(number): int(replica.is_passed_over)
                for number, replica in enumerate(database.replicas.all, 1)
            },
        )


def count_connections(guard: Guard, metrics: Metrics) -> None:
    """Count connections to clients, and those that were refused or ended."""
    metrics.gauge("open_connections", "Connections to clients.", lambda: guard.connections)
    for name, what, read in (
        ("refused_connections", "Refused: too many, or too often.", lambda: guard.refused),
        (
            "timed_out_connections",
            "Ended: what they sent came too slowly.",
            lambda: guard.timed_out,
        ),
        ("cut_off_connections", "Ended: they took too little.", lambda: guard.cut_off),
    ):
        metrics.counter(name, what, read)
