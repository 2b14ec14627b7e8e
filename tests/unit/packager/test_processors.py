import os

from packager.processors import usable_processors


def test_a_processor_that_may_not_be_used_does_not_count() -> None:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert usable_processors() == 1
    finally:
        os.sched_setaffinity(0, allowed)
    assert usable_processors() == len(allowed)
