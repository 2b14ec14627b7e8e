"""Run independent tasks on several cores and take their results in the order they were given.

Tasks are drawn only as results are taken, so that what they hold stays bounded, and whatever ends
the caller's loop early also ends the tasks that did not begin. Nobody waits longer for a result
than until it is there and those before it are: not for more tasks, and not because none can be
drawn any more.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

T = TypeVar("T")


def in_order(executor: Executor, tasks: Iterable[Callable[[], T]], *, ahead: int) -> Generator[T]:
    """Yield each task's result, with at most ``ahead`` tasks under way or waiting.

    What a task raises is raised here, in its turn; what drawing tasks raises, after all results.
    """
    pending: deque[Future[T]] = deque()
    failures: list[Exception] = []
    try:
        for task in _drawn(tasks, failures):
            pending.append(executor.submit(task))
            while pending and (len(pending) >= ahead or pending[0].done()):
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
    for failure in failures:
        raise failure


def _drawn(
    tasks: Iterable[Callable[[], T]], failures: list[Exception]
) -> Iterator[Callable[[], T]]:
    """Yield tasks until they end or fail; the failure goes to ``failures``."""
    try:
        yield from tasks
    except Exception as failure:  # noqa: BLE001 it is raised again, in its turn
        failures.append(failure)
