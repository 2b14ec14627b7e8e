"""Run independent tasks on several cores and take their results in the order they were given.

Tasks are drawn only as results are taken, so that what they hold stays bounded, and whatever ends
the caller's loop early also ends the tasks that did not begin.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future
from typing import TypeVar

T = TypeVar("T")


def in_order(executor: Executor, tasks: Iterable[Callable[[], T]], *, ahead: int) -> Generator[T]:
    """Yield each task's result, with at most ``ahead`` tasks under way or waiting.

    What a task raises is raised here, in its turn.
    """
    pending: deque[Future[T]] = deque()
    try:
        for task in tasks:
            pending.append(executor.submit(task))
            if len(pending) >= ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
