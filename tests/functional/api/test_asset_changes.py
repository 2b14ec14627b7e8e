"""Assets that are packaged again, tried again, deleted, or play under another id."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from manifests.entry import Entry
from manifests.layout import INDEX, Revision, entry_key, segment_name, source_key
from origin.companion.assets import changes
from origin.companion.assets.collecting import AFTER_S
from origin.companion.assets.playback_ids import PlaybackIdEndpoints
from origin.companion.assets.source import is_there
from origin.companion.assets.withdrawing import Withdrawing
from origin.companion.catalogue import events
from origin.delivery.errors import StoreUnavailable
from origin.packaging_job import PackagingJob
from packager.errors import CorruptSource, EncoderFailed
from packager.extras import Extras
from packager.queue.errors import LeaseLost
from packager.queue.policy import ATTEMPTS
from tests.functional.api.collecting import collect
from tests.functional.api.packaging import Packaging
from tests.functional.api.service import Service

pytestmark = pytest.mark.long_if("postgresql")


@pytest.fixture
def packaging(service: Service) -> Packaging:
    return Packaging(service)


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "song.wav"
    path.write_bytes(b"RIFF")
    return str(path)


def keys(store: MemoryStore, prefix: str = "") -> set[str]:
    return {found["path"] for page in store.list(prefix) for found in page}


async def status(service: Service, playback_id: str) -> int:
    return (await service.ask("GET", f"/{playback_id}.json")).status


async def told(service: Service) -> list[str]:
    async with service.database.look(None) as connection:
        return [event.kind for event in await events.since(connection, 0, limit=100)]


async def test_an_asset_is_packaged_again_and_swapped_in_one_step(
    packaging: Packaging, source: str
) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann, source=source)
    await packaging.succeed(await packaging.claim(), "r1")
    await packaging.watch.tell_news()
    path = f"/v1/assets/{asset_id}"
    again = await service.post(f"{path}/repackage", ann, {"lossless": True}, 202)
    assert (again["state"], again["is_packaging"], again["revision"]) == ("ready", True, "r1")
    problem = await service.post(f"{path}/repackage", ann, {}, 409)
    assert problem["code"] == "packaging_under_way"
    held = await packaging.claim()
    job = PackagingJob.from_payload(held.payload)
    assert (job.source, job.playback_id, job.extras) == (source, "song", Extras(lossless=True))
    await packaging.watch.tell_news()
    assert (await service.get(path, ann))["state"] == "ready", "what plays is as good as before"
    await packaging.succeed(held, "r2")
    for _ in range(2):
        await packaging.watch.tell_news()
    after = await service.get(path, ann)
    assert (after["state"], after["is_packaging"], after["revision"]) == ("ready", False, "r2")
    assert await told(service) == [
        "asset.created", "asset.ready", "asset.repackaging", "asset.ready",
    ]  # fmt: skip


async def test_a_repackaging_that_fails_leaves_what_plays(
    packaging: Packaging, source: str
) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.playing(ann, source=source)
    await packaging.watch.tell_news()
    await service.post(f"/v1/assets/{asset_id}/repackage", ann, None, 202)
    await packaging.fail(await packaging.claim(), CorruptSource("It is another file by now."))
    await packaging.watch.tell_news()
    asset = await service.get(f"/v1/assets/{asset_id}", ann)
    assert (asset["state"], asset["error"]["code"]) == ("ready", "corrupt_source")
    assert (await told(service))[-1] == "asset.repackaging_failed"


async def test_what_was_uploaded_may_be_gone(packaging: Packaging, source: str) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.playing(ann, source=source)
    await asyncio.to_thread(Path(source).unlink)
    problem = await service.post(f"/v1/assets/{asset_id}/repackage", ann, {}, 409)
    assert problem["code"] == "source_gone"
    problem = await service.post(f"/v1/assets/{asset_id}/repackage", ann, {"ladder": 1}, 422)
    assert problem["code"] == "body_invalid"


async def test_what_failed_is_tried_again(packaging: Packaging, source: str) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann, source=source)
    path = f"/v1/assets/{asset_id}"
    assert (await service.post(f"{path}/retry", ann, None, 409))["code"] == "packaging_under_way"
    for _ in range(ATTEMPTS):
        await packaging.fail(await packaging.claim(), EncoderFailed("It gave up."))
        packaging.now_s += 3600
    await packaging.watch.tell_news()
    assert (await service.get(path, ann))["state"] == "errored"
    answers = await asyncio.gather(*(service.ask("POST", f"{path}/retry", ann) for _ in range(3)))
    assert sorted(answer.status for answer in answers) == [202, 409, 409], "it is queued once"
    assert (await service.get(path, ann))["state"] == "preparing"
    await packaging.succeed(await packaging.claim())
    for _ in range(2):
        await packaging.watch.tell_news()
    assert (await service.get(path, ann))["state"] == "ready"
    assert (await service.post(f"{path}/retry", ann, None, 409))["code"] == "not_errored"
    assert await told(service) == [
        "asset.created", "asset.errored", "asset.repackaging", "asset.ready",
    ]  # fmt: skip


async def test_what_would_fail_again_is_not_tried(packaging: Packaging, source: str) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann, source=source)
    await packaging.fail(await packaging.claim(), CorruptSource("It ends early."))
    problem = await service.post(f"/v1/assets/{asset_id}/retry", ann, None, 409)
    assert problem["code"] == "retry_in_vain"
    assert "Export it again" in problem["detail"]


async def test_what_the_store_lost_is_made_anew(packaging: Packaging, source: str) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann, source=source)
    entry = await packaging.succeed(await packaging.claim())
    service.store.delete(entry.where.key(segment_name("320k", 2)))
    await packaging.watch.tell_news()
    path = f"/v1/assets/{asset_id}"
    assert (await service.get(path, ann))["state"] == "errored"
    again = await service.post(f"{path}/retry", ann, None, 202)
    assert (again["state"], again["is_packaging"]) == ("preparing", True)
    assert entry.where.key(INDEX) in keys(service.store), "what is left plays on"
    assert await status(service, "song") == 200
    await packaging.watch.tell_news()
    assert (await service.get(path, ann))["state"] == "preparing"
    await packaging.succeed(await packaging.claim())
    for _ in range(2):
        await packaging.watch.tell_news()
    assert (await service.get(path, ann))["state"] == "ready"


async def test_what_the_store_lost_and_nobody_can_make_again_takes_nothing_away(
    packaging: Packaging, source: str
) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann, source=source)
    entry = await packaging.succeed(await packaging.claim())
    service.store.delete(entry.where.key(segment_name("320k", 2)))
    await packaging.watch.tell_news()
    await asyncio.to_thread(Path(source).unlink)
    before, path = keys(service.store), f"/v1/assets/{asset_id}"
    for _ in range(2):
        assert (await service.post(f"{path}/retry", ann, None, 409))["code"] == "source_gone"
    assert keys(service.store) == before
    assert (await service.get(path, ann))["state"] == "errored"


async def test_a_deleted_asset_is_withdrawn_at_once_and_collected_later(
    packaging: Packaging,
) -> None:
    service, store = packaging.service, packaging.service.store
    ann = await service.user()
    asset_id = await packaging.package(ann)
    other = await packaging.package(ann, "other")
    store.put(source_key(asset_id, "upload", "song.wav"), b"RIFF")
    theirs = keys(store, f"media/{other}")
    path = f"/v1/assets/{asset_id}"
    assert (await service.ask("DELETE", path, ann)).status == 204
    assert entry_key("song") not in keys(store)
    assert await status(service, "song") == 404
    await service.get(path, ann, 404)
    assert (await service.ask("DELETE", path, ann)).status == 404
    assert [item["id"] for item in (await service.get("/v1/assets", ann))["items"]] == [other]
    assert not await collect(packaging), "who listens has a moment, who packages too"
    packaging.now_s += AFTER_S + 1
    assert await collect(packaging)
    for prefix in ("media", "growing", "sources"):
        assert not keys(store, f"{prefix}/{asset_id}")
    assert keys(store, f"media/{other}") == theirs
    assert await status(service, "other") == 200
    where = Revision(asset_id, "r1")
    store.put(where.key("320k/00000.m4s"), b"by somebody who did not hear of it")
    packaging.now_s += 25 * 3600
    assert await collect(packaging)
    assert not keys(store, f"media/{asset_id}")
    packaging.now_s += 100 * 3600
    assert not await collect(packaging), "that was the last time"
    assert (await told(service))[-3:] == ["asset.deleted", "objects.removed", "objects.removed"]


async def test_who_packages_a_deleted_asset_publishes_nothing(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann)
    held = await packaging.claim()
    await packaging.grow(held, segments=1)
    assert (await service.ask("DELETE", f"/v1/assets/{asset_id}", ann)).status == 204
    with pytest.raises(LeaseLost):
        await packaging.beat(held, 0.5)
    with pytest.raises(LeaseLost):
        await packaging.succeed(held)
    assert not keys(service.store, "entry")
    await packaging.queue_again(held.payload, ann)
    await packaging.succeed(await packaging.claim())
    async with service.database.look(None) as connection:
        row = await packaging.row(connection, asset_id)
    assert row.entry is None, "not even a job that was queued later brings it back"


async def test_a_new_playback_id_is_said_once_it_plays(
    packaging: Packaging, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the process is killed just behind that."""
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.playing(ann, source=source)

    async def killed(_self: Withdrawing, _asset_ids: Sequence[str]) -> None:
        raise ConnectionAbortedError

    monkeypatch.setattr(Withdrawing, "follow", killed)
    path = f"/v1/assets/{asset_id}"
    assert (await service.ask("POST", f"{path}/playback-ids", ann)).status == 500
    (new,) = (each["id"] for each in (await service.get(path, ann))["playback_ids"])
    assert new != "song"
    assert await status(service, new) == 200


async def test_a_new_playback_id_that_nobody_was_told_plays_nothing_for_long(
    packaging: Packaging, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the process is killed after the new entry was put, and takes nothing back."""
    service, store = packaging.service, packaging.service.store
    ann = await service.user()
    asset_id = await packaging.playing(ann, source=source)

    async def killed(*_: object) -> None:
        raise ConnectionAbortedError

    with monkeypatch.context() as dying:
        for seam in ("_rename", "_remove_entry"):
            dying.setattr(PlaybackIdEndpoints, seam, killed)
        path = f"/v1/assets/{asset_id}/playback-ids"
        assert (await service.ask("POST", path, ann)).status == 500
    assert len(keys(store, "entry")) == 2
    assert not await collect(packaging)
    packaging.now_s += AFTER_S + 1
    assert await collect(packaging)
    assert keys(store, "entry") == {entry_key("song")}
    assert await status(service, "song") == 200


async def test_a_playback_id_that_was_not_replaced_is_when_the_same_is_asked_again(
    packaging: Packaging, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its key, and told as a deed once: nobody is told that a leaked id is gone which plays."""
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.playing(ann, source=source)
    path, key = f"/v1/assets/{asset_id}/playback-ids", {"Idempotency-Key": "a"}

    async def away(*_: object) -> None:
        raise StoreUnavailable("The storage does not answer now; try again soon.")

    with monkeypatch.context() as failing:
        failing.setattr(PlaybackIdEndpoints, "_put_entry", away)
        assert (await service.ask("POST", path, ann, headers=key)).status == 503
    assert (await service.get("/v1/me/audit", ann))["items"] == []
    again = await service.ask("POST", path, ann, headers=key)
    assert again.status == 201, await again.text()
    assert await status(service, "song") == 404
    (deed,) = (await service.get("/v1/me/audit", ann))["items"]
    assert (deed["action"], deed["object"]) == ("replacePlaybackId", asset_id)


async def test_a_playback_id_is_replaced(packaging: Packaging, source: str) -> None:
    service, store = packaging.service, packaging.service.store
    ann = await service.user()
    asset_id = await packaging.queue(ann, source=source)
    path = f"/v1/assets/{asset_id}"
    problem = await service.post(f"{path}/playback-ids", ann, None, 409)
    assert problem["code"] == "packaging_under_way"
    await packaging.succeed(await packaging.claim())
    await packaging.watch.tell_news()
    new = (await service.post(f"{path}/playback-ids", ann, None))["id"]
    assert keys(store, "entry") == {entry_key(new)}
    assert Entry.from_json(bytes(store.get(entry_key(new)).bytes())).playback_id == new
    assert await status(service, new) == 200
    assert await status(service, "song") == 404
    assert (await service.get(f"{path}/playback-ids", ann)) == {"items": [{"id": new}]}
    assert (await service.get(path, ann))["state"] == "ready"
    store.put(entry_key("song"), b"by a worker that came late")
    packaging.now_s += AFTER_S + 1
    assert await collect(packaging)
    while await collect(packaging):
        pass
    assert keys(store, "entry") == {entry_key(new)}
    await service.post(f"{path}/repackage", ann, {}, 202)
    held = await packaging.claim()
    assert PackagingJob.from_payload(held.payload).playback_id == new


async def test_a_playback_id_is_replaced_while_its_asset_is_packaged_again(
    packaging: Packaging, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just before that is queued, which is done under the id that it has then."""
    service = packaging.service
    ann = await service.user()
    path = f"/v1/assets/{await packaging.playing(ann, source=source)}"
    made: list[str] = []

    async def slowly(source: str) -> bool:
        made.append((await service.post(f"{path}/playback-ids", ann, None))["id"])
        return await is_there(source)

    with monkeypatch.context() as patched:
        patched.setattr(changes, "is_there", slowly)
        await service.post(f"{path}/repackage", ann, {}, 202)
    held = await packaging.claim()
    assert [PackagingJob.from_payload(held.payload).playback_id] == made


async def test_assets_are_changed_by_nobody_else(packaging: Packaging, source: str) -> None:
    service = packaging.service
    ann, bob = await service.user(), await service.user(number=1)
    asset_id = await packaging.playing(ann, source=source)
    path = f"/v1/assets/{asset_id}"
    for method, asked in (
        ("POST", f"{path}/repackage"),
        ("POST", f"{path}/retry"),
        ("POST", f"{path}/playback-ids"),
        ("DELETE", path),
    ):
        for by, expected in ((None, 401), (bob, 404)):
            assert (await service.ask(method, asked, by)).status == expected
    assert (await service.ask("DELETE", path, ann)).status == 204
