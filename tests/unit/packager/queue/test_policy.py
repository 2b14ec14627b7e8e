"""What the queue decides without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packager.errors import (
    CorruptSource,
    EncoderFailed,
    PackagingError,
    ReaderLost,
    SourceCrashed,
    SourceMismatch,
    SourceNotFound,
    SourceStalled,
    SourceTooDemanding,
    SourceTooLarge,
    StoreFailed,
    UnsupportedSource,
)
from packager.queue import policy

chances = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 60), chances)
def test_a_delay_is_between_half_and_all_of_its_bound(attempts: int, chance: float) -> None:
    bound = min(policy.LONGEST_DELAY_S, policy.FIRST_DELAY_S * 2 ** (attempts - 1))
    assert bound / 2 <= policy.delay_s(attempts, chance) <= bound


@given(st.integers(1, 60), chances, chances)
def test_the_next_delay_is_no_shorter_than_the_shortest_of_this(
    attempts: int, chance: float, other: float
) -> None:
    assert policy.delay_s(attempts + 1, chance) >= policy.delay_s(attempts, other) / 2


@pytest.mark.parametrize(
    ("error", "code", "is_permanent"),
    [
        (UnsupportedSource("x"), "unsupported_source", True),
        (CorruptSource("x"), "corrupt_source", True),
        (SourceMismatch("x"), "source_mismatch", True),
        (SourceTooLarge("x"), "source_too_large", True),
        (SourceNotFound("x"), "source_not_found", True),
        (StoreFailed("x"), "store_failed", False),
        (EncoderFailed("x"), "encoder_failed", False),
        (ReaderLost("x"), "reader_lost", False),
        (MemoryError(), policy.UNEXPECTED, False),
    ],
)
def test_only_a_source_at_fault_is_not_tried_again(
    error: Exception,
    code: str,
    is_permanent: bool,  # noqa: FBT001 a column of the table above
) -> None:
    failure = policy.failure_of(error)
    assert (failure.code, failure.is_permanent) == (code, is_permanent)


@pytest.mark.parametrize("kind", [SourceCrashed, SourceStalled, SourceTooDemanding])
def test_a_source_that_broke_its_reader_is_tried_once_more(kind: type[PackagingError]) -> None:
    assert [policy.failure_of(kind("x"), attempt).is_permanent for attempt in (1, 2, 3)] == [
        False,
        True,
        True,
    ]


def test_a_source_whose_reader_is_ended_each_time_is_not_tried_for_ever() -> None:
    lost = [policy.failure_of(ReaderLost("x"), attempt).is_permanent for attempt in (1, 2, 3)]
    assert lost == [False, False, True]


def test_a_reason_is_bounded() -> None:
    assert len(policy.failure_of(ValueError("x" * 100_000)).reason) == policy.REASON_LENGTH


def test_attempts_are_bounded() -> None:
    assert not policy.is_exhausted(policy.ATTEMPTS - 1)
    assert policy.is_exhausted(policy.ATTEMPTS)


def test_order_is_priority_then_fairness_then_age() -> None:
    promised = policy.order(9, 5, 7, 2.0, "e")
    idle = policy.order(0, 0, 8, 3.0, "d")
    patient = policy.order(0, 1, 3, 4.0, "c")
    old = policy.order(0, 1, 6, 1.0, "b")
    new = policy.order(0, 1, 6, 2.0, "a")
    assert sorted([new, old, patient, idle, promised]) == [promised, idle, patient, old, new]
