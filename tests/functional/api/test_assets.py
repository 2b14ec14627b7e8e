"""Assets: what their creators are told of them while and after they are packaged."""

import asyncio
from typing import Any

import pytest
from obstore.store import HTTPStore
from sqlalchemy import Select, text

from manifests.layout import Revision, segment_name
from origin.companion.assets.looks import looked_at_longest_ago
from origin.companion.assets.rows import State, newest_of, unsettled
from origin.companion.assets.watching import Watch
from origin.companion.catalogue import events
from origin.companion.catalogue.tracks.first_track import FirstTrack
from origin.companion.database import Database
from origin.companion.identity.principal import Role, Scope
from origin.packaging_job import PackagingJob
from packager.errors import CorruptSource, StoreFailed
from packager.queue.policy import ATTEMPTS
from tests.functional.api.packaging import LEASE_S, SOURCE, Packaging
from tests.functional.api.service import Service

pytestmark = pytest.mark.long_if("postgresql")


@pytest.fixture
def packaging(service: Service) -> Packaging:
    return Packaging(service)


async def told(service: Service) -> list[str]:
    async with service.database.look(None) as connection:
        return [event.kind for event in await events.since(connection, 0, limit=100)]


async def test_an_asset_from_its_upload_until_it_is_ready(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann)
    path = f"/v1/assets/{asset_id}"
    queued = await service.get(path, ann)
    assert (queued["state"], queued["progress"], queued["is_playable"]) == ("preparing", 0, False)
    held = await packaging.claim()
    await packaging.grow(held, segments=1)
    await packaging.beat(held, 0.25)
    growing = await service.get(path, ann)
    assert (growing["state"], growing["progress"], growing["is_playable"]) == (
        "preparing", 0.25, True,
    )  # fmt: skip
    assert [(rung["name"], rung["state"], rung["segments"]) for rung in growing["rungs"]] == [
        ("128k", "preparing", 1), ("320k", "preparing", 1),
    ]  # fmt: skip
    await packaging.watch.tell_news()
    await packaging.succeed(held)
    unseen = await service.get(path, ann)
    assert (unseen["state"], unseen["progress"]) == ("preparing", 1), "nobody has looked yet"
    await packaging.watch.tell_news()
    await packaging.watch.tell_news()
    ready = await service.get(path, ann)
    assert (ready["state"], ready["progress"], ready["error"]) == ("ready", 1, None)
    assert ready["playback_ids"] == [{"id": "song"}]
    assert ready["duration_s"] == pytest.approx(17.97, abs=0.01)
    assert ready["source"]["codec"] == "pcm_s16le"
    assert [(rung["name"], rung["state"]) for rung in ready["rungs"]] == [
        ("128k", "ready"), ("320k", "ready"),
    ]  # fmt: skip
    assert (await service.get("/v1/assets", ann))["items"] == [ready]
    for _ in range(3):
        await packaging.watch.tell_news()
    assert await told(service) == ["asset.created", "asset.playable", "asset.ready"]


async def test_nothing_is_said_to_play_before_its_entry_is_there(packaging: Packaging) -> None:
    """Who asks for it too early gets a 404, which caches keep for a while."""
    service = packaging.service
    ann = await service.user()
    path = f"/v1/assets/{await packaging.queue(ann)}"
    artist = await service.post("/v1/artists", ann, {"name": "Ann", "handle": "ann"})
    said = {"title": "Song", "artist_id": artist["id"], "asset_id": "song-asset"}
    track = await service.post("/v1/tracks", ann, {**said, "visibility": "public"})
    entry = await packaging.end(await packaging.claim())
    await packaging.watch.tell_news()
    asset = await service.get(path, ann)
    assert (asset["state"], asset["is_playable"], asset["revision"]) == ("preparing", False, None)
    assert (await service.get(f"/v1/tracks/{track['id']}", ann))["playback_id"] is None
    changed = await service.ask("PATCH", f"/v1/tracks/{track['id']}", ann, {"genre": "jazz"})
    assert (await changed.json())["published_at"] is None
    for found in ("/v1/tracks", "/v1/tracks?genre=jazz", "/v1/search?q=song"):
        assert (await service.get(found))["items"] == [], found
    assert await FirstTrack(service.database).link() is None
    assert "asset.playable" not in await told(service)
    await packaging.follow(entry.asset_id)
    assert (await service.get(path, ann))["is_playable"]
    await packaging.watch.tell_news()
    await packaging.watch.tell_news()
    assert [each["title"] for each in (await service.get("/v1/search?q=song"))["items"]] == ["Song"]
    assert [each["playback_id"] for each in (await service.get("/v1/tracks"))["items"]] == ["song"]
    assert "asset.ready" in await told(service)


async def test_what_plays_stays_playable_while_it_is_published_again(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.package(ann)
    payload = PackagingJob(SOURCE, asset_id, "song", "2026-01-02T03:04:05Z").to_payload()
    await packaging.queue_again(payload, ann)
    await packaging.end(await packaging.claim(), "r2")
    assert (await service.get(f"/v1/assets/{asset_id}", ann))["is_playable"]


async def test_it_is_not_ready_while_an_object_is_missing(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann)
    entry = await packaging.succeed(await packaging.claim())
    lost = entry.where.key(segment_name("320k", 2))
    service.store.delete(lost)
    await packaging.watch.tell_news()
    asset = await service.get(f"/v1/assets/{asset_id}", ann)
    assert (asset["state"], asset["error"]["code"]) == ("errored", "objects_missing")
    assert asset["error"]["can_retry"]


async def test_who_is_behind_a_backlog_is_told(packaging: Packaging) -> None:
    service = packaging.service
    ann, bob = await service.user(), await service.user(number=1)
    for number in range(101):
        packaging.now_s += 0.01
        await packaging.queue(ann, f"a{number}")
    packaging.now_s += 1
    asset_id = await packaging.queue(bob, "bobs")
    await packaging.claim()
    await packaging.succeed(await packaging.claim())
    await packaging.watch.tell_news()
    assert (await service.get(f"/v1/assets/{asset_id}", bob))["state"] == "ready"


async def test_who_is_behind_many_that_wait_for_a_store_is_told(packaging: Packaging) -> None:
    """Their jobs are done, but nothing of them is in the store yet."""
    service = packaging.service
    ann, bob = await service.user(), await service.user(number=1)
    for number in range(101):
        packaging.now_s += 0.01
        await packaging.queue(ann, f"a{number}")
        await packaging.end(await packaging.claim())
    packaging.now_s += 1
    asset_id = await packaging.queue(bob, "bobs")
    await packaging.succeed(await packaging.claim())
    await packaging.watch.tell_news()
    assert (await service.get(f"/v1/assets/{asset_id}", bob))["state"] == "ready"


async def test_a_look_that_takes_long_holds_up_nobody_else(packaging: Packaging) -> None:
    service = packaging.service
    ann, bob = await service.user(), await service.user(number=1)
    await packaging.queue(ann, "big")
    await packaging.succeed(await packaging.claim())
    packaging.now_s += 1
    await packaging.queue(bob, "bobs")
    await packaging.fail(await packaging.claim(), CorruptSource("It ends early."))
    asked, silence = asyncio.Event(), asyncio.Event()

    async def never_answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await silence.wait()
        writer.close()

    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    store = HTTPStore(f"http://127.0.0.1:{port}", client_options={"allow_http": True})
    watch = Watch(service.database, store, "slow", clock=lambda: packaging.now_s)
    before = asyncio.all_tasks()
    keeping = asyncio.create_task(watch.keep())
    try:
        async with asyncio.timeout(10):
            await asked.wait()
            while "asset.errored" not in await told(service):  # noqa: ASYNC110 it is told to nobody
                await asyncio.sleep(0.05)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        left = [task for task in asyncio.all_tasks() - before if "Looks" in repr(task)]
        silence.set()
        server.close()
    assert left == []


async def test_what_was_ready_is_looked_at_again(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.package(ann)
    key = Revision(asset_id, "r1").key(segment_name("128k", 0))
    content = bytes(service.store.get(key).bytes())
    service.store.put(key, content[:-1])
    await packaging.watch.look_again()
    assert (await service.get(f"/v1/assets/{asset_id}", ann))["state"] == "ready", "not yet"
    packaging.now_s += 25 * 3600
    await packaging.watch.look_again()
    await packaging.watch.tell_news()
    asset = await service.get(f"/v1/assets/{asset_id}", ann)
    assert (asset["state"], asset["error"]["code"]) == ("errored", "objects_missing")
    packaging.now_s += 25 * 3600
    await packaging.watch.look_again()
    assert packaging.watch.degraded == 1
    service.store.put(key, content)
    packaging.now_s += 25 * 3600
    await packaging.watch.look_again()
    await packaging.watch.tell_news()
    assert (await service.get(f"/v1/assets/{asset_id}", ann))["state"] == "ready"
    assert await told(service) == [
        "asset.created", "asset.ready", "asset.errored", "asset.ready",
    ]  # fmt: skip


async def test_a_bad_source_is_told_with_what_to_do(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann)
    await packaging.fail(await packaging.claim(), CorruptSource("It ends after 3 s of 9."))
    asset = await service.get(f"/v1/assets/{asset_id}", ann)
    assert asset["state"] == "errored"
    assert asset["error"] == {
        "code": "corrupt_source",
        "sentence": "The file is damaged or not complete.",
        "detail": "It ends after 3 s of 9.",
        "remedy": "Export it again and see that it plays to its end, then upload that.",
        "can_retry": False,
    }
    for _ in range(2):
        await packaging.watch.tell_news()
    assert await told(service) == ["asset.created", "asset.errored"]


async def test_what_is_about_this_machine_is_not_told(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    asset_id = await packaging.queue(ann)
    for _ in range(ATTEMPTS):
        await packaging.fail(await packaging.claim(), StoreFailed("http://10.0.0.7 refused"))
        packaging.now_s += 3600
    error = (await service.get(f"/v1/assets/{asset_id}", ann))["error"]
    assert (error["code"], error["detail"], error["can_retry"]) == ("store_failed", None, True)


async def test_a_worker_that_is_gone_is_noticed(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    packaging.now_s -= LEASE_S + 1
    asset_id = await packaging.queue(ann)
    path = f"/v1/assets/{asset_id}"
    waiting = await service.get(path, ann)
    assert (waiting["state"], waiting["stalled"]) == ("preparing", True), "nobody packages"
    held = await packaging.claim()
    stalled = await service.get(path, ann)
    assert (stalled["state"], stalled["stalled"]) == ("preparing", True), "its lease is over"
    assert "soundbridge worker" in stalled["advice"]
    packaging.now_s += LEASE_S + 1
    await packaging.beat(held, 0.5)
    again = await service.get(path, ann)
    assert (again["stalled"], again["advice"]) == (False, None)
    packaging.now_s -= LEASE_S + 1
    other = await packaging.queue(ann, "other")
    assert not (await service.get(f"/v1/assets/{other}", ann))["stalled"], "it is not its turn"


async def test_a_list_is_mine_newest_first_and_by_state(packaging: Packaging) -> None:
    service = packaging.service
    ann, bob = await service.user(), await service.user(number=1)
    names = ["one", "two", "three"]
    for name in names:
        await packaging.package(ann, name)
        packaging.now_s += 1
    await packaging.package(bob, "bobs")
    await packaging.queue(ann, "four")
    found: list[Any] = []
    path = "/v1/assets?limit=2"
    while path:
        page = await service.get(path, ann)
        found += [item["playback_ids"][0]["id"] for item in page["items"]]
        path = page["next"] and f"/v1/assets?limit=2&cursor={page['next']}"
    assert found == ["four", "three", "two", "one"]
    ready = await service.get("/v1/assets?state=ready&limit=2", ann)
    assert [item["state"] for item in ready["items"]] == ["ready", "ready"]
    assert ready["next"]
    assert len((await service.get("/v1/assets?state=preparing", ann))["items"]) == 1
    await service.get("/v1/assets?state=none", ann, 400)


async def test_assets_are_nobody_elses(packaging: Packaging) -> None:
    service = packaging.service
    ann, bob = await service.user(), await service.user(number=1)
    path = f"/v1/assets/{await packaging.package(ann)}"
    admin = await service.user(Role.ADMIN, number=2)
    listener = await service.user(Role.LISTENER, number=3)
    plays = await service.user(scopes=frozenset({Scope.PLAYS}), number=4)
    for asked in (path, f"{path}/playback-ids"):
        for by, status in ((None, 401), (listener, 403), (plays, 403), (bob, 404), (ann, 200)):
            assert (await service.ask("GET", asked, by)).status == status
        assert (await service.ask("GET", asked, admin)).status == 200


async def plan(database: Database, query: Select[Any]) -> str:
    """How a query is answered where there is much: an empty table is read as a whole."""
    dialect = database.primary.dialect
    compiled = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
    async with database.change() as connection:
        if dialect.name == "postgresql":
            for kind in ("seqscan", "hashjoin", "mergejoin"):
                await connection.execute(text(f"SET LOCAL enable_{kind} = off"))
        rows = await connection.execute(text(f"{explain} {compiled}"))
        return "\n".join(map(str, rows))


@pytest.mark.parametrize("state", [None, State.READY])
async def test_lists_are_served_by_indexes(packaging: Packaging, state: State | None) -> None:
    service = packaging.service
    found = await plan(service.database, newest_of("ann", (1.0, "a"), 21, packaging.now_s, state))
    for index in ("ix_owned_assets_owner_id_created_s", "ix_jobs_subject", "asset_id"):
        assert index in found, found
    assert "SCAN owned" not in found


async def test_what_is_asked_again_and_again_is_served_by_indexes(packaging: Packaging) -> None:
    database = packaging.service.database
    open_ones = await plan(database, unsettled(packaging.now_s, 100))
    assert "ix_owned_assets_open_created_s" in open_ones
    oldest = await plan(database, looked_at_longest_ago(packaging.now_s))
    assert "ix_owned_assets_looked_s" in oldest
