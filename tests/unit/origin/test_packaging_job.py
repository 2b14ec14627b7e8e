"""What is asked for survives the queue."""

from dataclasses import asdict

import pytest

from origin.packaging_job import PackagingJob
from packager.errors import UnsupportedSource
from packager.extras import NO_EXTRAS, Extras

JOB = PackagingJob("song.flac", "asset", "plays", "2026-01-02T03:04:05Z", Extras(lossless=True))


def test_a_job_comes_out_as_it_went_in() -> None:
    assert PackagingJob.from_payload(JOB.to_payload()) == JOB


def test_extras_are_not_made_where_nobody_asks() -> None:
    payload = {name: value for name, value in asdict(JOB).items() if name != "extras"}
    assert PackagingJob.from_payload(payload).extras == NO_EXTRAS


@pytest.mark.parametrize("damage", [{"extras": {"gold": True}}, {"extras": "all"}, {"more": 1}])
def test_what_another_program_queued_is_refused(damage: dict[str, object]) -> None:
    with pytest.raises(UnsupportedSource, match="no request to package a source"):
        PackagingJob.from_payload({**asdict(JOB), **damage})
