"""How reads of stores are counted: by store, and by how they went."""

import asyncio

import pytest

from origin.delivery.errors import NotFound, StoreUnavailable
from origin.telemetry.process import Telemetry


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NotFound("x"), "not_found"),
        (StoreUnavailable("x"), "failed"),
        (asyncio.CancelledError(), "cancelled"),
        (ValueError("x"), "failed"),
    ],
)
def test_a_read_counts_by_its_store_and_its_outcome(error: BaseException, outcome: str) -> None:
    """One that nobody waits for any more, since another store had it, is no failure."""
    telemetry = Telemetry()
    with pytest.raises(type(error)), telemetry.reads_of_store(2)("get"):
        raise error
    (family,) = [
        each for each in telemetry.metrics.report() if each[0] == "soundbridge_store_read_seconds"
    ]
    counted = {tuple(labels.items()): n for name, labels, n in family[3] if name.endswith("_count")}
    assert counted == {(("operation", "get"), ("outcome", outcome), ("store", "2")): 1.0}
