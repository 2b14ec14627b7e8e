"""The simulation behind the figures for more cores than the machine has."""

import pytest

from benchmarks.packaging.schedule import ChunkCost, finished_s


def test_one_core_does_everything_in_turn() -> None:
    assert finished_s([ChunkCost(1.0, (2.0, 3.0, 4.0))] * 5, cores=1) == pytest.approx(50)
    assert finished_s([], cores=1) == 0


def test_the_first_chunk_is_waited_for_and_the_rest_is_shared() -> None:
    assert finished_s([ChunkCost(1.0, (2.0, 2.0))], cores=2) == pytest.approx(3)
    assert finished_s([ChunkCost(1.0, (2.0, 2.0))], cores=1) == pytest.approx(5)
    assert finished_s([ChunkCost(0.5, (2.0, 2.0))] * 40, cores=2) == pytest.approx(90, rel=0.05)


def test_on_many_cores_the_one_pass_is_the_limit() -> None:
    costs = [ChunkCost(1.0, (3.0, 3.0, 3.0))] * 50
    assert finished_s(costs, cores=64) == pytest.approx(50 + 3)


def test_the_pass_waits_where_too_much_waits_for_it() -> None:
    # Two encodings of the first chunk run, and no more than the third core allows are begun.
    costs = [ChunkCost(0.0, (1.0,))] * 6
    assert finished_s(costs, cores=2) == pytest.approx(3)


def test_more_cores_never_take_longer() -> None:
    costs = [ChunkCost(0.3 + n % 3 / 10, (1.0, 0.5 + n % 5 / 10, 0.7)) for n in range(60)]
    times = [finished_s(costs, cores) for cores in (1, 2, 4, 8, 16, 32)]
    assert times == sorted(times, reverse=True)
