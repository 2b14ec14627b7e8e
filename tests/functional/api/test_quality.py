"""How assets were served, in the database: added up, shown to their owners, and gone with them."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from cdn.cmcd.figures import RUNG, Histogram, Sum
from origin.companion import pruning
from origin.companion.identity.principal import Role
from origin.companion.pruning import QUALITY_KEPT_DAYS, prune
from origin.companion.quality import rows, writing
from origin.companion.quality.writing import Writer
from origin.delivery.errors import DatabaseUnavailable
from origin.quality.sums import DaysOfAssets, DaySums
from tests.functional.api.packaging import Packaging
from tests.functional.api.service import NOW_S, Service

pytestmark = pytest.mark.long_if("postgresql")

DAY_S = 86_400
TODAY = int(NOW_S // DAY_S)
FIGURES = {
    (Sum.SESSIONS, ""): 2,
    (Sum.SESSIONS_ESTIMATED, ""): 8,
    (Sum.STARVATIONS, ""): 1,
    (Sum.STARVED_S, ""): 3.0,
    (Sum.MEDIA_S, ""): 57.0,
    (RUNG, "128k"): 12.0,
    (RUNG, "320k"): 45.0,
    (Histogram.STARTUP_S, "0.5"): 2,
    (Histogram.REBUFFER_RATIO, "0.05"): 1,
    (Histogram.THROUGHPUT_BPS, "1000000"): 9,
}


@pytest.fixture
def packaging(service: Service) -> Packaging:
    return Packaging(service)


async def served(service: Service, asset_id: str, at_s: float = NOW_S) -> None:
    """Write down that an asset was served, as a process does."""
    sums = DaySums()
    sums.add(asset_id, at_s, FIGURES)
    await Writer(service.database, sums).write()
    assert len(sums) == 0


def of_today(asset_id: str, days: int = 1) -> str:
    first = (NOW_S - (days - 1) * DAY_S) * 1000
    return f"/v1/assets/{asset_id}/quality?from={_date(first)}&to={_date(NOW_S * 1000)}"


def _date(epoch_ms: float) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415 here alone

    return datetime.fromtimestamp(epoch_ms / 1000, UTC).date().isoformat()


async def test_figures_are_added_up_by_day_and_in_all(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann)
    empty = await service.get(of_today(asset_id), ann)
    assert (empty["days"], empty["total"]["sessions"]) == ([], 0)
    assert empty["total"]["rebuffer_ratio"] is None
    await served(service, asset_id)
    await served(service, asset_id)
    await served(service, asset_id, NOW_S - DAY_S)
    told = await service.get(of_today(asset_id, days=2), ann)
    assert [day["sessions"] for day in told["days"]] == [2, 4]
    total = told["total"]
    assert (total["sessions"], total["sessions_estimated"], total["starvations"]) == (6, 24, 3)
    assert (total["starved_s"], total["media_s"], total["rebuffer_ratio"]) == (9, 171, 0.05)
    assert total["rungs"] == [
        {"rung": "128k", "media_s": 36}, {"rung": "320k", "media_s": 135},
    ]  # fmt: skip
    assert {"up_to": 0.5, "count": 6} in total["startup_s"]
    assert total["startup_s"][-1] == {"up_to": None, "count": 0}
    bounds = [bucket["up_to"] for bucket in total["throughput_bps"][:-1]]
    assert bounds == sorted(bounds)
    assert sum(bucket["count"] for bucket in total["throughput_bps"]) == 27
    one_day = await service.get(of_today(asset_id), ann)
    assert one_day["total"]["sessions"] == 4


async def test_it_is_for_its_owner_and_admins(packaging: Packaging) -> None:
    service = packaging.service
    ann, bob = await service.user(), await service.user()
    admin = await service.user(Role.ADMIN)
    asset_id = await packaging.queue(ann)
    await served(service, asset_id)
    await service.get(of_today(asset_id), bob, status=404)
    assert (await service.get(of_today(asset_id), admin))["total"]["sessions"] == 2
    await service.get(f"/v1/assets/{asset_id}/quality?from=2026-02-02&to=2026-02-01", ann, 400)


async def test_who_is_nobodys_is_not_written_and_holds_nobody_up(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann)
    sums = DaySums(held_max=2)
    for each in ("nobodys", asset_id, "one-too-many"):
        sums.add(each, NOW_S, FIGURES)
    assert sums.overflowed == 1
    await Writer(service.database, sums).write()
    assert (await service.get(of_today(asset_id), ann))["total"]["sessions"] == 2
    async with service.database.look_now() as connection:
        assert await rows.days(connection, "nobodys", 0, TODAY) == {}


async def test_it_goes_with_its_asset_and_does_not_come_back(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann)
    await served(service, asset_id)
    deleted = await service.ask("DELETE", f"/v1/assets/{asset_id}", ann)
    assert deleted.status < 300, await deleted.text()
    await served(service, asset_id)
    async with service.database.look_now() as connection:
        assert await rows.days(connection, asset_id, 0, TODAY) == {}


async def test_old_days_are_taken_away(
    packaging: Packaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH", 1)
    service = packaging.service
    ann = await service.user()
    assets = [await packaging.queue(ann, name) for name in ("one", "two")]
    for asset_id in assets:
        for ago in (0, QUALITY_KEPT_DAYS, QUALITY_KEPT_DAYS + 1, QUALITY_KEPT_DAYS + 5):
            await served(service, asset_id, NOW_S - ago * DAY_S)
    await prune(service.database, now_s=NOW_S)
    async with service.database.look_now() as connection:
        for asset_id in assets:
            kept = await rows.days(connection, asset_id, 0, TODAY)
            assert list(kept) == [TODAY - QUALITY_KEPT_DAYS, TODAY]


async def test_writers_beside_each_other_lose_nothing(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    assets = [await packaging.queue(ann, name) for name in ("one", "two", "three")]

    async def write(order: list[str]) -> None:
        sums = DaySums()
        for asset_id in order:
            sums.add(asset_id, NOW_S, FIGURES)
        await Writer(service.database, sums).write()

    await asyncio.gather(*(write(order) for order in (assets, assets[::-1]) for _ in range(5)))
    for asset_id in assets:
        assert (await service.get(of_today(asset_id), ann))["total"]["sessions"] == 20


async def test_many_assets_are_written_a_few_at_a_time_and_each_once(
    packaging: Packaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = packaging.service
    ann = await service.user()
    assets = [await packaging.queue(ann, name) for name in ("one", "two", "three")]
    written: list[int] = []
    write = rows.write

    async def write_noting(connection: AsyncConnection, days: DaysOfAssets) -> None:
        written.append(len(days))
        if len(written) == 2:
            raise DatabaseUnavailable
        await write(connection, days)

    monkeypatch.setattr(writing, "ASSETS_AT_ONCE", 1)
    monkeypatch.setattr(rows, "write", write_noting)
    sums = DaySums()
    for asset_id in assets:
        sums.add(asset_id, NOW_S, FIGURES)
    with pytest.raises(DatabaseUnavailable):
        await Writer(service.database, sums).write()
    assert len(sums) == 2
    await Writer(service.database, sums).write()
    assert written == [1, 1, 1, 1]
    for asset_id in assets:
        assert (await service.get(of_today(asset_id), ann))["total"]["sessions"] == 2


async def test_what_could_not_be_written_is_held(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann)
    sums = DaySums()
    sums.add(asset_id, NOW_S, FIGURES)
    writing = asyncio.create_task(Writer(service.database, sums).write())
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert len(sums) == 1
