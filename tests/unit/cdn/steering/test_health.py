"""Health with hysteresis: some failures in a row, and more answers in a row to be back."""

from hypothesis import given
from hypothesis import strategies as st

from cdn.steering.health import FAILURES, SUCCESSES, Health


def noted(health: Health, *answers: bool) -> list[bool]:
    return [health.note(answered=answer) for answer in answers]


def test_it_is_silent_after_some_failures_in_a_row_and_back_after_more_answers() -> None:
    health = Health()
    health.note(answered=True)
    seen = [(health.is_silent, health.is_doubted)]
    for answer in [False] * FAILURES + [True] * SUCCESSES:
        health.note(answered=answer)
        seen.append((health.is_silent, health.is_doubted))
    assert seen == [
        (False, False),
        *[(False, True)] * (FAILURES - 1),
        (True, False),
        *[(True, True)] * (SUCCESSES - 1),
        (False, False),
    ]


def test_until_something_is_known_it_is_taken_to_answer_and_in_doubt() -> None:
    health = Health()
    assert (health.is_silent, health.is_doubted) == (False, True)
    assert noted(health, True) == [False]
    assert (health.is_silent, health.is_doubted) == (False, False)


def test_what_comes_between_begins_the_count_anew() -> None:
    health = Health()
    noted(health, *([False] * (FAILURES - 1) + [True]) * 4)
    assert not health.is_silent
    noted(health, *[False] * FAILURES)
    noted(health, *([True] * (SUCCESSES - 1) + [False]) * 4)
    assert health.is_silent


@given(st.lists(st.booleans()))
def test_it_changes_only_after_as_many_in_a_row(answers: list[bool]) -> None:
    health, row = Health(), 0
    for number, answer in enumerate(answers):
        before = health.is_silent
        row = row + 1 if number and answers[number - 1] == answer else 1
        if health.note(answered=answer):
            assert health.is_silent is not before
            assert health.is_silent is not answer
            assert row >= (SUCCESSES if before else FAILURES)
