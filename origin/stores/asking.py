"""Asking several stores the same at once.

Each is asked until ``homes`` can choose one of them, and no longer; or, of what an index vouches
for, until one of them has given it. A store that is late, or fails, several times in a row is taken
for one that fails until it answers again; the log says so. Nobody waits long for such a one where
others have said no; now and then what it was asked goes on alone, to see whether it is back and
only slow. Whoever is cancelled leaves nothing under way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

import structlog

from origin.circuit import Circuit
from origin.delivery.errors import BrokenObject, NotFound, StoreUnavailable
from origin.stores.homes import FAILING_PATIENCE_S, Choice, Said, awaited, choose, patience_s
from origin.stores.reader import StoreReader

T = TypeVar("T")
Ask = Callable[[StoreReader], Awaitable[T]]

_SAID_BY_ERROR: Final[dict[type[BaseException] | type[None], Said]] = {
    NotFound: Said.ABSENT,
    StoreUnavailable: Said.FAILED,
}

_log = structlog.get_logger("soundbridge.cache")


class AskedStore:
    """A store of several, and how it has been answering; ``number`` is counted from 1."""

    def __init__(self, reader: StoreReader, number: int, clock: Callable[[], float]) -> None:
        self.reader = reader
        self._number = number
        self._circuit = Circuit(clock)
        self._left_alone: set[asyncio.Task[Any]] = set()

    @property
    def is_failing(self) -> bool:
        """Whether it has failed several times, and not answered since."""
        return self._circuit.is_open

    async def ask(self, ask: Ask[T]) -> T:
        """Return its answer, and take note of how it answers."""
        try:
            answer = await ask(self.reader)
        except StoreUnavailable:
            self.failed()
            raise
        except (NotFound, BrokenObject):
            self._answered()
            raise
        self._answered()
        return answer

    def failed(self) -> None:
        """Take note that it did not answer, or not in time."""
        if self._circuit.failed():
            _log.warning("store does not answer", store=self._number)

    def leave_alone(self, asked: "asyncio.Task[Any]") -> bool:
        """Let what it was asked go on with nobody waiting, if it is time to see how it does."""
        if asked.done() or not self.is_failing or not self._circuit.admits():
            return False
        self._left_alone.add(asked)
        asked.add_done_callback(self._seen)
        return True

    def _seen(self, asked: "asyncio.Task[Any]") -> None:
        self._left_alone.discard(asked)
        if not asked.cancelled():
            asked.exception()  # it was taken note of

    def _answered(self) -> None:
        if self._circuit.succeeded():
            _log.info("store answers again", store=self._number)


class Answer(NamedTuple, Generic[T]):
    """What the store said that counts; ``is_certain`` as in ``homes.Choice``."""

    store: int
    is_certain: bool
    value: T


async def ask_all(stores: Sequence[AskedStore], ask: Ask[T], known: int | None) -> Answer[T]:
    """Return the answer that counts; raises NotFound, or StoreUnavailable where nobody can tell."""
    tasks = [asyncio.create_task(store.ask(ask)) for store in stores]
    ending = tasks
    try:
        store, is_certain = await _chosen(stores, tasks, known)
        asked = zip(stores, tasks, strict=True)
        ending = [task for each, task in asked if not each.leave_alone(task)]
        if store is not None:
            return Answer(store, is_certain, tasks[store].result())
    finally:
        await _end(ending)
    if is_certain:
        raise NotFound("There is nothing at this address.")
    raise StoreUnavailable("Not all object stores can be read now; try again.") from _cause(tasks)


async def ask_each(stores: Sequence[AskedStore], ask: Ask[T]) -> list[T]:
    """Return the answers of all stores that answer, in their order; StoreUnavailable for none.

    Who has been failing is hardly waited for.
    """
    tasks = [asyncio.create_task(store.ask(ask)) for store in stores]
    try:
        asked = zip(stores, tasks, strict=True)
        answering = [task for store, task in asked if not store.is_failing]
        if answering:
            await asyncio.wait(answering)
        await asyncio.wait(tasks, timeout=FAILING_PATIENCE_S if answering else None)
        answered = [task for task in tasks if _said(task, is_late=True) is Said.PRESENT]
        if not answered:
            raise StoreUnavailable("No object store can be read now; try again.") from _cause(tasks)
        return [task.result() for task in answered]
    finally:
        await _end(tasks)


async def ask_in_turn(
    at_home: Coroutine[Any, Any, T],
    patience_s: float,
    elsewhere: Callable[[], Iterable[Coroutine[Any, Any, T]]],
) -> tuple[T, bool]:
    """Return the answer of a home or, where it has none in time, the first that anybody gives.

    With it comes whether the home was late. Where nobody gives any, StoreUnavailable is raised if
    one might have, else what the home said.
    """
    home = asyncio.create_task(at_home)
    tasks = [home]
    try:
        await asyncio.wait(tasks, timeout=patience_s)
        if _has_answered(home):
            return home.result(), False
        tasks += [asyncio.create_task(each) for each in elsewhere()]
        return await _first_given(tasks), not home.done()
    finally:
        await _end(tasks)


async def _first_given(tasks: "Sequence[asyncio.Task[T]]") -> T:
    left = tasks
    while left:
        await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if _has_answered(task):
                return task.result()
        left = [task for task in tasks if not task.done()]
    for task in tasks:
        if isinstance(task.exception(), StoreUnavailable):
            return task.result()
    return tasks[0].result()


async def _chosen(
    stores: Sequence[AskedStore], tasks: "Sequence[asyncio.Task[T]]", known: int | None
) -> Choice:
    """Wait for what it takes to choose one of the stores that were asked."""
    late: set[int] = set()
    while True:
        said = [_said(task, is_late=number in late) for number, task in enumerate(tasks)]
        choice = choose(said, known)
        if choice is not None:
            return choice
        numbers = awaited(said)
        done, _ = await asyncio.wait(
            [tasks[number] for number in numbers],
            timeout=patience_s(said, [store.is_failing for store in stores], known),
            return_when=asyncio.FIRST_COMPLETED,
        )
        if not done:
            late.update(numbers)
            for number in numbers:
                stores[number].failed()


def _said(task: "asyncio.Task[Any]", *, is_late: bool) -> Said:
    """Return what a store's answer means; what is broken is there."""
    if not task.done():
        return Said.FAILED if is_late else Said.NOTHING_YET
    return _SAID_BY_ERROR.get(type(task.exception()), Said.PRESENT)


def _cause(tasks: "Sequence[asyncio.Task[Any]]") -> BaseException | None:
    """Return what was wrong with the first store that failed; None where it was late."""
    ended = (task.exception() for task in tasks if task.done() and not task.cancelled())
    failures = [error for error in ended if isinstance(error, StoreUnavailable)]
    return failures[0].__cause__ if failures else None


def _has_answered(task: "asyncio.Task[Any]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


async def _end(tasks: "Sequence[asyncio.Task[Any]]") -> None:
    if all(map(_has_answered, tasks)):
        return
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
