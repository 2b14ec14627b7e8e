"""Rows that are only added to: taken away when they are old, and never under who follows."""

import json
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select, update

from origin.companion import pruning
from origin.companion.assets.collecting import AFTER_S
from origin.companion.catalogue.tables import events as table
from origin.companion.database import Database
from origin.companion.identity.tables import audit
from origin.companion.pruning import (
    DEEDS_KEPT_S,
    EVENTS_KEPT_S,
    JOBS_KEPT_S,
    UPLOADS_KEPT_S,
    ended_uploads,
    prune,
)
from origin.companion.uploads.tables import uploads
from origin.companion.webhooks.queueing import KIND as WEBHOOK
from packager.queue.tables import claims, jobs
from tests.functional.api.collecting import collect
from tests.functional.api.listening import listening
from tests.functional.api.packaging import Packaging
from tests.functional.api.sending import SOUND, put, sha256_of
from tests.functional.api.service import NOW_S, Service, User

pytestmark = pytest.mark.long_if("postgresql")

OLD_S = NOW_S - EVENTS_KEPT_S - 1


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "BATCH", 3)


@pytest.fixture
def packaging(service: Service) -> Packaging:
    return Packaging(service)


async def happened(database: Database, owner: User, moments_s: list[float]) -> None:
    rows = [
        {"kind": "asset.ready", "subject": f"a{number}", "owner_id": owner.id,
         "content": json.dumps({}), "happened_s": moment_s}
        for number, moment_s in enumerate(moments_s)
    ]  # fmt: skip
    async with database.change() as connection:
        await connection.execute(insert(table), rows)


async def numbers(database: Database, of: Table = table) -> list[int]:
    async with database.look_now() as connection:
        return list(await connection.scalars(select(of.c.number).order_by(of.c.number)))


@pytest.mark.parametrize(
    ("moments_s", "left"),
    [
        ([OLD_S] * 7 + [NOW_S] * 2, 2),
        ([OLD_S] * 7, 1),  # who follows has to see where it stands
        ([NOW_S] * 4, 4),
        ([OLD_S, NOW_S, OLD_S, NOW_S], 3),  # another clock: no hole is made behind a row that stays
        ([], 0),
    ],
)
async def test_old_events_go_from_the_beginning_on(
    service: Service, moments_s: list[float], left: int
) -> None:
    ann = await service.user()
    if moments_s:
        await happened(service.database, ann, moments_s)
    before = await numbers(service.database)
    await prune(service.database, now_s=NOW_S)
    assert await numbers(service.database) == before[len(before) - left :]


async def test_deeds_are_kept_for_a_year(service: Service) -> None:
    ann = await service.user()
    deed: dict[str, Any] = {"user_id": ann.id, "action": "x", "object": "", "means": "key",
                            "credential_id": "", "network": ""}  # fmt: skip
    old = [{**deed, "happened_s": NOW_S - DEEDS_KEPT_S - 1} for _ in range(5)]
    new = [{**deed, "happened_s": NOW_S - DEEDS_KEPT_S + 1} for _ in range(2)]
    async with service.database.change() as connection:
        await connection.execute(insert(audit), old + new)
    await prune(service.database, now_s=NOW_S)
    assert len(await numbers(service.database, audit)) == 2


async def test_who_comes_again_too_late_is_told_so_and_begins_anew(packaging: Packaging) -> None:
    service, ann = packaging.service, await packaging.service.user()
    await happened(service.database, ann, [OLD_S] * 6 + [NOW_S])
    first, *_, last = await numbers(service.database)
    await prune(service.database, now_s=NOW_S)
    for seen in (first, last - 2, last + 1_000):  # the last is of another database
        async with listening(service, ann, seen=seen) as listener:
            reset = await listener.next()
            assert reset is not None
            assert (reset.kind, reset.number) == ("reset", last)
            await packaging.queue(ann, f"after-{seen}")
            event = await listener.next()
            assert event is not None
            assert event.data["asset_id"] == f"after-{seen}-asset"
        last = (await numbers(service.database))[-1]


@pytest.mark.parametrize("behind", [0, 1])
async def test_who_has_missed_nothing_goes_on(packaging: Packaging, behind: int) -> None:
    service, ann = packaging.service, await packaging.service.user()
    await happened(service.database, ann, [OLD_S] * 6 + [NOW_S])
    last = (await numbers(service.database))[-1]
    await prune(service.database, now_s=NOW_S)
    async with listening(service, ann, seen=last - behind) as listener:
        await packaging.queue(ann)
        heard = [await listener.next() for _ in range(behind + 1)]
    assert [event and event.kind for event in heard] == ["asset.ready", "asset.created"][
        -len(heard) :
    ]


async def test_jobs_that_are_done_go_and_an_assets_newest_stays(packaging: Packaging) -> None:
    service, ann = packaging.service, await packaging.service.user()
    await packaging.package(ann)
    done: dict[str, Any] = {
        "payload": "{}", "creator_id": ann.id, "priority": 0, "created_s": 0.0, "attempts": 1,
        "not_before_s": 0.0, "fence": 0, "lease_until_s": 0.0, "progress": 1.0,
    }  # fmt: skip
    old_s = NOW_S - JOBS_KEPT_S - 1
    rows = [
        {**done, "id": f"old-{number}", "kind": WEBHOOK, "state": "succeeded", "finished_s": old_s}
        for number in range(7)
    ]
    rows += [
        {**done, "id": "new", "kind": WEBHOOK, "state": "parked", "finished_s": old_s + 2},
        {**done, "id": "open", "kind": WEBHOOK, "state": "queued", "finished_s": None},
    ]
    async with service.database.change() as connection:
        for row in rows:
            await connection.execute(insert(jobs).values(row))
        mine = jobs.c.id == "song-job"
        await connection.execute(update(jobs).where(mine).values(finished_s=old_s))
    await prune(service.database, now_s=NOW_S)
    assert await ids(service) == {"new", "open", "song-job"}
    assert (await service.get("/v1/assets/song-asset", ann))["state"] == "ready"


async def test_what_packaged_an_asset_goes_with_what_is_left_of_it(packaging: Packaging) -> None:
    service, ann = packaging.service, await packaging.service.user()
    await packaging.package(ann)
    await service.ask("DELETE", "/v1/assets/song-asset", ann)
    for after_s in (AFTER_S + 1, 25 * 3600):
        assert "song-job" in await ids(service)
        packaging.now_s += after_s
        assert await collect(packaging)
    assert "song-job" not in await ids(service)
    async with service.database.look_now() as connection:
        there = select(func.count()).select_from(claims).where(claims.c.job_id == "song-job")
        assert await connection.scalar(there) == 0


async def ids(service: Service) -> set[str]:
    async with service.database.look_now() as connection:
        return set(await connection.scalars(select(jobs.c.id)))


async def ended(service: Service, user: User, states: list[str], *, ago_s: float) -> list[str]:
    """Have uploads that are in such states, whose time was over so long ago."""
    made = [await service.post("/v1/uploads", user, {"name": "a.wav"}) for _ in states]
    async with service.database.change() as connection:
        for upload, state in zip(made, states, strict=True):
            so = update(uploads).where(uploads.c.id == upload["id"])
            await connection.execute(so.values(state=state, expires_s=NOW_S - ago_s))
    return [upload["id"] for upload in made]


async def test_uploads_that_nothing_comes_of_go_after_a_month(service: Service) -> None:
    ann = await service.user()
    await ended(service, ann, ["failed", "expired"] * 4, ago_s=UPLOADS_KEPT_S + 1)
    new = await ended(service, ann, ["failed", "expired"], ago_s=UPLOADS_KEPT_S - 1)
    other = await ended(service, ann, ["waiting", "complete"], ago_s=UPLOADS_KEPT_S + 1)
    await prune(service.database, now_s=NOW_S)
    here = (await service.get("/v1/uploads", ann))["items"]
    assert {upload["id"] for upload in here} == {*new, *other}


async def test_an_upload_is_told_of_until_nothing_is_left_of_its_asset(
    packaging: Packaging,
) -> None:
    service, ann = packaging.service, await packaging.service.user()
    said = {"name": "a.wav", "sha256": sha256_of(SOUND)}
    upload = await put(service, ann, await service.post("/v1/uploads", ann, said), SOUND)
    after_s = packaging.now_s + UPLOADS_KEPT_S
    await service.ask("DELETE", f"/v1/assets/{upload['asset_id']}", ann)
    await prune(service.database, now_s=after_s - 1)
    await prune(service.database, now_s=after_s + 3600)  # but nobody has collected it
    path = f"/v1/uploads/{upload['id']}"
    assert (await service.get(path, ann))["state"] == "expired"
    for after in (AFTER_S + 1, 25 * 3600):
        packaging.now_s += after
        assert await collect(packaging)
    await prune(service.database, now_s=after_s - 3600)
    await service.get(path, ann)
    await prune(service.database, now_s=after_s + 3600)
    await service.get(path, ann, 404)


async def test_an_upload_stays_as_long_as_its_asset(service: Service) -> None:
    ann = await service.user()
    upload = await put(
        service, ann, await service.post("/v1/uploads", ann, {"name": "a.wav"}), SOUND
    )
    async with service.database.change() as connection:
        await connection.execute(update(uploads).values(state="expired", expires_s=0.0))
    await prune(service.database, now_s=NOW_S)
    assert (await service.get(f"/v1/uploads/{upload['id']}", ann))["state"] == "expired"


async def test_each_batch_is_read_from_an_index(service: Service) -> None:
    old = select(jobs.c.id).where(jobs.c.kind == WEBHOOK, jobs.c.finished_s < NOW_S)
    plan = await service.plan(old.order_by(jobs.c.finished_s).limit(3))
    assert "ix_jobs_finished_s_kind" in plan
    assert "sort" not in plan.lower()
    assert "TEMP B-TREE" not in plan
    first = select(table.c.number, table.c.happened_s).order_by(table.c.number).limit(3)
    plan = await service.plan(first)
    assert "pk_events" in plan or "SCAN events" in plan  # SQLite's table is in this order itself
    assert "TEMP B-TREE" not in plan
    plan = await service.plan(ended_uploads(NOW_S).limit(3))
    assert "ix_uploads_ended_expires_s" in plan
    assert "SCAN jobs" not in plan
    assert "TEMP B-TREE" not in plan
