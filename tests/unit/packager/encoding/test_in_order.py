import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import pytest

from packager.encoding.in_order import in_order


def test_results_keep_the_order_of_their_tasks() -> None:
    second_ran = threading.Event()

    def first() -> str:
        assert second_ran.wait(5)
        return "first"

    def second() -> str:
        second_ran.set()
        return "second"

    with ThreadPoolExecutor(2) as executor:
        assert list(in_order(executor, [first, second], ahead=2)) == ["first", "second"]


def test_tasks_are_drawn_only_as_results_are_taken() -> None:
    release = threading.Event()
    drawn: list[int] = []

    def tasks() -> Iterator[Callable[[], object]]:
        for number in range(10):
            drawn.append(number)
            yield release.wait
            if number == 2:
                release.set()

    with ThreadPoolExecutor(2) as executor:
        results = in_order(executor, tasks(), ahead=4)
        next(results)
        assert drawn == [0, 1, 2, 3]
        list(results)
    assert drawn == list(range(10))


def test_a_result_that_is_there_waits_for_no_more_tasks() -> None:
    drawn: list[int] = []

    def tasks() -> Iterator[Callable[[], int]]:
        for number in range(10):
            drawn.append(number)
            yield partial(int, number)
            wait(ran)

    class Remembering(ThreadPoolExecutor):
        def submit(self, *arguments: Any, **named: Any) -> Future[Any]:
            ran.append(super().submit(*arguments, **named))
            return ran[-1]

    ran: list[Future[Any]] = []
    with Remembering(2) as executor:
        results = in_order(executor, tasks(), ahead=5)
        assert next(results) == 0
        assert len(drawn) <= 2
        assert list(results) == list(range(1, 10))


def test_what_was_drawn_before_drawing_failed_still_comes() -> None:
    def tasks() -> Iterator[Callable[[], int]]:
        yield from (partial(int, number) for number in range(3))
        raise LookupError("no more")

    with ThreadPoolExecutor(2) as executor:
        results = in_order(executor, tasks(), ahead=5)
        assert [next(results) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(LookupError, match="no more"):
            next(results)


def test_an_error_comes_in_its_turn() -> None:
    with ThreadPoolExecutor(2) as executor:
        results = in_order(executor, [partial(int, "1"), partial(int, "one")], ahead=2)
        assert next(results) == 1
        with pytest.raises(ValueError, match="one"):
            next(results)


def test_leaving_early_cancels_what_is_waiting() -> None:
    release = threading.Event()
    ran: list[int] = []
    tasks: list[Callable[[], object]] = [
        partial(ran.append, 0),
        release.wait,
        *[partial(ran.append, 1)] * 5,
    ]
    with ThreadPoolExecutor(1) as executor:
        results = in_order(executor, tasks, ahead=7)
        next(results)
        results.close()
        release.set()
    assert ran == [0]
