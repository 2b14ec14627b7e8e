"""What publishing, withdrawing and deleting drop at CDNs: exactly that, in time, once and again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from cdn.purge.address import Address
from cdn.purge.changes import of_answers
from cdn.purge.opening import open_purgers
from cdn.purge.target import TAG_OF_NOTHING
from origin.companion.artwork.collecting import collect as collect_pictures
from origin.companion.artwork.lifecycle import GOES_AFTER_S
from origin.companion.assets import collecting
from origin.companion.assets.collecting import AFTER_S
from origin.companion.media import Media
from origin.companion.purging.media import WITHDRAWN_S, promise_entries, promise_objects
from origin.companion.purging.promising import promise
from origin.companion.purging.registering import register, registered
from origin.companion.purging.sending import Sender
from origin.companion.purging.tables import purgers, purges
from origin.companion.purging.watching import PurgeWatch
from origin.telemetry.metrics import Metrics
from packager.errors import CorruptSource
from packager.queue import assets, lease
from packager.queue.errors import LeaseLost
from packager.queue.worker import Run
from tests.functional.api.catalogue import artist
from tests.functional.api.collecting import collect
from tests.functional.api.packaging import LEASE_S
from tests.functional.api.played import song
from tests.functional.api.purging import CREDENTIALS, Purging, purging
from tests.functional.api.service import Service
from tests.functional.api.test_artwork import put
from tests.servers.purged.bucket import Bucket
from tests.servers.purged.cloudflare import CloudflareApi
from tests.servers.purged.cloudfront import CloudFrontApi
from tests.servers.purged.vendor import Request, Vendor
from tests.sources.pictures import picture, saved

pytestmark = pytest.mark.long_if("postgresql")

ENTRIES = ["/song.json", "/song.m3u8", "/song.mpd", "/song.packed.m3u8"]


@pytest.fixture
async def purged(service: Service) -> AsyncIterator[Purging]:
    async with purging(service) as running:
        yield running


def soft(*tags: str) -> Request:
    return Request("tag", tags, soft=True)


def hard(*tags: str) -> Request:
    return Request("tag", tags)


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "song.wav"
    path.write_bytes(b"RIFF")
    return str(path)


async def test_a_publication_drops_its_entries_softly_and_nothing_else(
    purged: Purging, source: str
) -> None:
    packaging = purged.packaging
    ann = await purged.service.user()
    asset_id = await packaging.queue(ann, source=source)
    await packaging.succeed(await packaging.claim(), "r1")
    await purged.work()
    assert purged.fastly.take() == [soft("playback-song")]
    assert purged.edge.paths() == ENTRIES
    await packaging.watch.tell_news()
    await purged.forget()
    await purged.service.post(f"/v1/assets/{asset_id}/repackage", ann, {}, 202)
    await packaging.succeed(await packaging.claim(), "r2")
    await purged.work()
    assert purged.fastly.take() == [soft("playback-song")], "segments of r1 stay"
    assert purged.edge.paths() == ENTRIES


async def test_it_is_dropped_once_more_after_a_while_and_then_it_is_done(purged: Purging) -> None:
    ann = await purged.service.user()
    await purged.packaging.playing(ann)
    await purged.work_for(14)
    assert purged.fastly.take() == [soft("playback-song")]
    assert purged.edge.paths() == ENTRIES
    await purged.work_for(3)
    assert purged.fastly.take() == [soft("playback-song")]
    assert purged.edge.paths() == ENTRIES
    assert await purged.left() == 0
    await purged.work_for(100, 10)
    assert purged.fastly.take() == []
    assert purged.edge.paths() == []


async def test_what_follows_again_is_promised_once(purged: Purging) -> None:
    ann = await purged.service.user()
    asset_id = await purged.packaging.playing(ann)
    promised = await purged.left()
    for _ in range(3):
        await purged.packaging.follow(asset_id)
    assert await purged.left() == promised


async def test_what_is_provisional_drops_nothing(purged: Purging) -> None:
    ann = await purged.service.user()
    await purged.packaging.queue(ann)
    await purged.packaging.announce(await purged.packaging.claim())
    assert await purged.left() == 0


async def test_what_is_withdrawn_is_dropped_whole(purged: Purging) -> None:
    """It played as it grew, and its source turned out to be bad."""
    packaging = purged.packaging
    ann = await purged.service.user()
    asset_id = await packaging.queue(ann)
    held = await packaging.claim()
    await packaging.announce(held)
    await packaging.fail(held, CorruptSource("no"))
    async with purged.service.database.change() as connection:
        await assets.withdraw_parked(connection, now_s=packaging.now_s)
    await packaging.follow(asset_id)
    await purged.work()
    assert purged.fastly.take() == [hard(f"asset-{asset_id}")]
    assert purged.edge.paths() == ENTRIES
    await purged.work_for(20, 10)
    assert purged.edge.paths() == ENTRIES
    await purged.work_for(WITHDRAWN_S + 600, 300)  # as long as it stays, it would be kept again
    segment = f"/media/{asset_id}/r1/128k/00000.m4s"
    assert purged.edge.heads[segment, "identity"] == 2, "and once more"
    assert await purged.left() == 0


async def test_what_is_deleted_is_dropped_at_once_and_when_its_objects_have_gone(
    purged: Purging,
) -> None:
    packaging = purged.packaging
    ann = await purged.service.user()
    asset_id = await packaging.package(ann)
    there = [found["path"] for page in purged.service.store.list("media") for found in page]
    made = [f"/{key}" for key in there if not key.endswith("/index.json")]
    await purged.forget()
    response = await purged.service.ask("DELETE", f"/v1/assets/{asset_id}", ann)
    assert response.status == 204
    await purged.work_for(20, 10)
    assert purged.fastly.take() == [hard(f"asset-{asset_id}")] * 2
    assert set(purged.edge.heads.values()) == {2}
    assert sorted({path for path, _ in purged.edge.heads}) == ENTRIES
    purged.edge.heads.clear()
    packaging.now_s += AFTER_S + 1
    assert await collect(packaging)
    await purged.work()
    assert purged.fastly.take() == [hard(f"asset-{asset_id}")], "who listened fetched on"
    assert purged.edge.paths() == sorted(made), "now that nothing is there"
    await purged.forget()


async def test_objects_wait_for_being_gone_whoever_is_killed_in_between(
    purged: Purging, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaging = purged.packaging
    ann = await purged.service.user()
    asset_id = await packaging.package(ann)
    await purged.forget()
    await purged.service.ask("DELETE", f"/v1/assets/{asset_id}", ann)
    await purged.work_for(20, 10)
    purged.edge.heads.clear()
    packaging.now_s += AFTER_S + 1

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(collecting, "_remove_asset", killed)
        with pytest.raises(KeyboardInterrupt):
            await collect(packaging)
    await purged.work_for(20, 10)
    assert purged.edge.paths() == [], "they are still there, and would be kept again"
    packaging.now_s += 1_000  # its lease is over
    assert await collect(packaging)
    await purged.work()
    assert len(purged.edge.paths()) > 10


async def test_a_playback_id_that_was_replaced_is_dropped(purged: Purging) -> None:
    packaging = purged.packaging
    ann = await purged.service.user()
    asset_id = await packaging.package(ann)
    await purged.forget()
    new = await purged.service.post(f"/v1/assets/{asset_id}/playback-ids", ann, {})
    await purged.work()
    sent = purged.fastly.take()
    assert hard("playback-song") in sent
    assert sorted(value for each in sent for value in each.values) == sorted(
        ["playback-song", f"playback-{new['id']}"]
    )
    assert set(ENTRIES) < set(purged.edge.paths())


async def test_answers_of_the_api_are_dropped_with_what_they_say(purged: Purging) -> None:
    packaging, service = purged.packaging, purged.service
    ann = await service.user()
    of = await artist(service, ann)
    assert purged.fastly.take() == []
    await purged.forget()
    asset_id = await packaging.package(ann)
    draft = {"artist_id": of["id"], "title": "Song", "asset_id": asset_id, "visibility": "public"}
    song = await service.post("/v1/tracks", ann, draft)
    await purged.forget()
    tags = sorted([f"track-{song['id']}", f"artist-{of['id']}"])
    response = await service.ask("PATCH", f"/v1/tracks/{song['id']}", ann, {"title": "Sung"})
    assert response.status == 200
    await purged.work()
    assert purged.fastly.take() == [hard(*tags)] or purged.fastly.values() == tags
    assert purged.edge.paths() == [], "it knows no tags, and keeps them for half a minute"
    await purged.forget()
    await service.ask("DELETE", f"/v1/assets/{asset_id}", ann)
    await purged.work()
    assert purged.fastly.values() == sorted([*tags, f"asset-{asset_id}"])
    await purged.work_for(40, 20)
    purged.fastly.take()
    response = await service.ask("DELETE", f"/v1/tracks/{song['id']}", ann)
    assert response.status == 204
    await purged.work()
    assert purged.fastly.values() == tags


async def test_a_picture_that_was_replaced_is_dropped_when_it_has_gone(purged: Purging) -> None:
    """Who asks for it in the hour that it stays has a CDN keep it anew."""
    service = purged.service
    ann, one = await song(service)
    before = [f"/{each['url']}" for each in (await put(service, one, ann))["artwork"]]
    await put(service, one, ann, saved(picture(500, 500)))
    await purged.forget()
    purged.ahead_s += GOES_AFTER_S
    media = Media(service.store)
    assert await collect_pictures(service.database, media, now_s=purged.now_s()) is False
    await purged.work()
    assert (purged.fastly.take(), purged.edge.paths()) == ([], []), "others have it in memory"
    await purged.work_for(61, 30.5)
    assert purged.fastly.take() == [hard(f"track-{one['id']}")]
    assert purged.edge.paths() == sorted(before)
    await purged.forget()


async def test_nothing_is_promised_where_nobody_is_there(service: Service) -> None:
    async with purging(service) as running:
        async with service.database.change() as connection:
            await connection.execute(update(purgers).values(seen_s=0.0))
        ann = await service.user()
        await running.packaging.package(ann)
        assert await running.left() == 0


async def test_one_that_is_down_gets_it_later_and_holds_up_no_other(purged: Purging) -> None:
    purged.edge.is_down = True
    ann = await purged.service.user()
    await purged.packaging.playing(ann)
    await purged.work_for(20)
    assert purged.fastly.take() == [soft("playback-song")] * 2, "once and again"
    assert purged.edge.paths() == []
    assert await purged.left() == 4
    await purged.work_for(2_000, 50)
    await purged.packaging.playing(ann, "more")
    assert purged.fastly.take() == []
    purged.edge.is_down = False
    await purged.work_for(400, 20)
    assert await purged.left() == 0
    assert {path for path, _ in purged.edge.heads} == {
        each.replace("song", name) for each in ENTRIES for name in ("song", "more")
    }


async def test_one_that_let_nobody_in_is_asked_when_a_process_begins(purged: Purging) -> None:
    """Somebody has set it right, and what was deleted plays there no longer than that."""
    address, its_own = Address.parse(purged.edge.purger), purged.purgers
    async with open_purgers([address], replace(CREDENTIALS, edge="another-secret")) as shut:
        purged.purgers = {**its_own, **shut}
        await purged.packaging.playing(await purged.service.user())
        await purged.work_for(60)
    purged.purgers = its_own
    assert await purged.left() == len(ENTRIES)
    assert await purged.work() == 0, "it is asked again in five minutes"
    async with registered(purged.service.database.primary, [purged.edge.purger]):
        assert await purged.work() == 1
    assert {path for path, _ in purged.edge.heads} == set(ENTRIES)


async def test_what_an_edge_cannot_fetch_anew_holds_up_nothing_else(purged: Purging) -> None:
    """Its origin fails at one address, as where the store has lost what is there."""
    purged.edge.breaks = frozenset({"/song.mpd"})
    ann = await purged.service.user()
    await purged.packaging.playing(ann)
    await purged.work()
    for name in ("more", "most"):
        await purged.packaging.playing(ann, name)
        await purged.work()
        assert (f"/{name}.m3u8", "br") in purged.edge.heads
        await purged.work_for(150, 10)
    assert await purged.left() == 1
    purged.edge.heads.clear()
    purged.edge.breaks = frozenset()
    await purged.work_for(400, 20)
    assert {path for path, _ in purged.edge.heads} == {"/song.mpd"}
    assert await purged.left() == 0


async def test_one_that_asks_to_be_left_alone_is_left_alone(purged: Purging) -> None:
    ann = await purged.service.user()
    await purged.packaging.playing(ann)
    theirs = purged.fastly.bucket
    purged.fastly.bucket = Bucket(0.001, 0, purged.fastly.clock)  # somebody else has used it up
    await purged.work()
    assert (purged.fastly.throttled, purged.fastly.take()) == (1, [])
    purged.fastly.bucket = theirs
    assert await purged.work() == 0, "not before the second that it asked for"
    await purged.work_for(3)
    assert purged.fastly.take() == [soft("playback-song")]


async def test_what_is_promised_meanwhile_asks_nobody_earlier(purged: Purging) -> None:
    await promise_tag(purged, "track-a")
    held = await purged.claim()
    assert held is not None
    await promise_tag(purged, "track-b")
    theirs, purged.fastly.bucket = purged.fastly.bucket, Bucket(0.001, 0, purged.fastly.clock)
    await purged.attempt(held)
    assert await purged.work() == 1
    assert (purged.fastly.throttled, purged.fastly.take()) == (1, [])
    purged.fastly.bucket = theirs
    await purged.work_for(3)
    assert purged.fastly.take() == [hard("track-a", "track-b")]
    await purged.forget()


async def test_of_a_batch_that_is_refused_the_rest_is_dropped(purged: Purging) -> None:
    ann = await purged.service.user()
    purged.fastly.refuses = frozenset({"playback-song3"})
    for number in range(7):
        await purged.packaging.playing(ann, f"song{number}")
    await purged.work_for(40, 10)
    others = [f"playback-song{number}" for number in range(7) if number != 3]
    assert set(purged.fastly.values()) == set(others)
    async with purged.service.database.look_now() as connection:
        rows = select(purgers.c.refused).where(purgers.c.name.like("fastly%"))
        assert await connection.scalar(rows) == 1
    assert await purged.left() == 0


async def test_a_thousand_changes_at_once_are_few_requests_within_the_rate(
    purged: Purging,
) -> None:
    for number in range(1_000):
        async with purged.service.database.change() as connection:
            now_s = purged.now_s()
            await promise_entries(connection, f"song{number % 700}", soft=True, now_s=now_s)
    assert await purged.waiting_jobs(next(iter(purged.purgers))) == 1
    purged.edge.is_down = True
    await purged.work()
    sent = purged.fastly.take()
    assert [len(each.values) for each in sent] == [256, 256, 188]
    assert purged.fastly.throttled == 0
    assert {value for each in sent for value in each.values} == {
        f"playback-song{number}" for number in range(700)
    }
    await purged.work_for(16)
    assert len(purged.fastly.take()) == 3, "all of it again"


async def test_what_is_to_be_gone_waits_for_one_request_at_most(purged: Purging) -> None:
    """It comes while those before it wait for their rate."""
    purged.edge.is_down = True
    await promise_tag(purged, *(f"track-{number}" for number in range(600)), soft=True)
    async with purged.service.database.change() as connection:
        full = update(purgers).values(full_s=purged.now_s() + 10_000)
        await connection.execute(full)

    async def sleep(seconds: float) -> None:
        if not purged.slept_s:
            await promise_tag(purged, "track-gone")
        await purged.sleep(seconds)

    held = await purged.claim()
    assert held is not None
    await Sender(purged.service.database.primary, purged.purgers, purged.now_s, sleep)(Run(held))
    assert [len(each.values) for each in purged.fastly.take()[:4]] == [256, 1, 256, 88]


async def test_a_rate_is_kept_from_one_job_to_the_next(purged: Purging) -> None:
    purged.edge.is_down = True
    per_s = 97_440 / 3_600
    for number in range(44):
        async with purged.service.database.change() as connection:
            await promise_entries(connection, f"s{number}", soft=True, now_s=purged.now_s())
    async with purged.service.database.change() as connection:  # another has just sent its burst
        full_s = purged.now_s() + 2_560 / per_s
        fastly = purgers.c.name.like("fastly%")
        await connection.execute(update(purgers).where(fastly).values(full_s=full_s))
    await purged.work()
    assert purged.slept_s == [pytest.approx(44 / per_s, abs=0.5)]
    assert len(purged.fastly.values()) == 44


async def test_a_worker_that_is_killed_while_it_sends_loses_nothing(purged: Purging) -> None:
    ann = await purged.service.user()
    await purged.packaging.playing(ann)
    held = await purged.claim()
    assert held is not None
    await purged.sender(Run(held))  # and then it is killed: the job is not ended
    purged.fastly.take()
    purged.edge.heads.clear()
    purged.ahead_s += 31
    await purged.work()
    assert purged.fastly.take() == [soft("playback-song")]
    assert purged.edge.paths() == ENTRIES


async def test_who_lost_its_job_while_it_sent_notes_nothing(purged: Purging) -> None:
    """On SQLite a number comes again, so its rows may be another promise's by then."""
    await promise_tag(purged, "track-a")
    await purged.work()
    purged.ahead_s += 16
    purged.fastly.gate.clear()
    held = await purged.claim()
    assert held is not None
    first = asyncio.create_task(purged.attempt(held))
    await until(lambda: purged.fastly.waiting)
    purged.ahead_s += LEASE_S + 1
    again = await purged.claim()
    assert again is not None
    assert again.job_id == held.job_id
    async with purged.service.database.change() as connection:  # it was quicker
        await connection.execute(delete(purges))
        await lease.succeed(connection, again, now_s=purged.now_s())
    await promise_tag(purged, "track-b")
    purged.fastly.gate.set()
    with pytest.raises(LeaseLost):
        await first
    assert purged.fastly.values() == ["track-a", "track-a"]
    await purged.work()
    assert purged.fastly.values() == ["track-b"]


async def test_what_cloudfront_did_without_a_word_is_not_done_twice(
    purged: Purging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    async with CloudFrontApi().running() as cloudfront, beside(purged, cloudfront) as all_:
        await promise_tag(all_, "track-a", "track-b")
        cloudfront.loses_answers = True
        await all_.work()
        assert cloudfront.take() == [Request("item", ("#track-a", "#track-b"))]
        cloudfront.loses_answers = False
        await all_.work_for(3)
        assert cloudfront.take() == [], "that was it"
        assert len(cloudfront.references) == 1
        await all_.work_for(16)
        assert cloudfront.take() == [Request("item", ("#track-a", "#track-b"))], "once more"
        await promise_tag(all_, "track-a", "track-b")
        await all_.work()
        assert cloudfront.take() == [Request("item", ("#track-a", "#track-b"))], "it is another"


async def test_paths_that_are_one_request_are_not_tried_one_by_one(
    purged: Purging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudFront lists what is in progress, and takes no more: at one a second that is long."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    async with (
        CloudFrontApi().running() as cloudfront,
        beside(purged, cloudfront, "&by=paths") as all_,
    ):
        cloudfront.loses_answers = True
        for name in ("song", "more", "most"):
            async with purged.service.database.change() as connection:
                await promise_entries(connection, name, soft=False, now_s=all_.now_s())
        await all_.work_for(60)
        assert [len(each.values) for each in cloudfront.take()] == [12]


async def test_who_may_look_and_not_purge_takes_nothing(
    purged: Purging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    async with CloudFrontApi().running() as cloudfront, beside(purged, cloudfront) as all_:
        cloudfront.denies = True
        await promise_tag(all_, *(f"track-{number}" for number in range(20)))
        await all_.work_for(60)
        mine = purgers.c.name.like("cloudfront%")
        async with purged.service.database.look_now() as connection:
            row = (await connection.execute(select(purgers).where(mine))).one()
        assert row.failing_since_s is not None
        assert "AccessDenied" in row.failure
        assert row.failures == 5, "the queue decides how often"
        cloudfront.denies = False
        await all_.work_for(400, 20)
        assert len(cloudfront.take()[0].values) == 20


async def test_what_cloudflare_says_it_did_not_do_is_sent_again_and_holds_up_no_other(
    purged: Purging,
) -> None:
    """In an answer that is 200: that may be of a moment, or for ever."""
    async with CloudflareApi().running() as cloudflare, beside(purged, cloudflare) as all_:
        cloudflare.refuses, cloudflare.refuses_by = frozenset({"track-a"}), 200
        await promise_tag(all_, "track-a")
        await all_.work_for(3)
        assert dropped(cloudflare) == []
        cloudflare.refuses = frozenset()
        await all_.work_for(20)
        assert dropped(cloudflare) == [hard("track-a")] * 2
        cloudflare.refuses = frozenset({"track-a"})
        await promise_tag(all_, "track-a", "track-b")
        await all_.work()
        assert dropped(cloudflare) == [hard("track-b")]
        await all_.work_for(160, 4)
        assert dropped(cloudflare) == [hard("track-b")]
        assert await all_.left() == 0


async def test_what_waited_long_is_not_given_up_at_the_first_doubt(purged: Purging) -> None:
    """No worker was there for an hour; that it would not do it was said once, by then."""
    async with CloudflareApi().running() as cloudflare, beside(purged, cloudflare) as all_:
        await promise_tag(all_, "track-a", "track-b")
        all_.ahead_s += 3_600
        cloudflare.refuses, cloudflare.refuses_by = frozenset({"track-a"}), 200
        await all_.work()
        assert dropped(cloudflare) == [hard("track-b")]
        cloudflare.refuses = frozenset()
        await all_.work_for(400, 20)
        assert hard("track-a") in dropped(cloudflare)
        cloudflare.refuses = frozenset({"track-a"})
        await promise_tag(all_, "track-a")
        all_.ahead_s += 3_600
        await all_.work_for(400, 20)
        assert dropped(cloudflare) == []
        assert await all_.left() == 0, "it has said so for long"


async def test_one_that_says_so_of_everything_is_not_well_and_nothing_is_given_up(
    purged: Purging,
) -> None:
    async with CloudflareApi().running() as cloudflare, beside(purged, cloudflare) as all_:
        cloudflare.refuses_by = 200
        cloudflare.refuses = frozenset({"track-a", "track-b", TAG_OF_NOTHING})
        await promise_tag(all_, "track-a", "track-b")
        await all_.work_for(700, 10)
        cloudflare.refuses = frozenset()
        await all_.work_for(400, 20)
        assert cloudflare.take() == [hard("track-a", "track-b")] * 2


async def test_whether_one_is_well_is_asked_within_its_rate(purged: Purging) -> None:
    """That is a request as any other, and what is put off is tried again and again."""
    async with CloudflareApi().running() as cloudflare, beside(purged, cloudflare) as all_:
        cloudflare.refuses, cloudflare.refuses_by = frozenset({"track-a"}), 503
        cloudflare.bucket = Bucket(5 / 60, 1.5, all_.now_s)
        assert cloudflare.bucket.take(1), "others have used it up"
        async with purged.service.database.change() as connection:
            mine = purgers.c.name.like("cloudflare%")
            full = update(purgers).where(mine).values(full_s=all_.now_s() + 300)
            await connection.execute(full)
        await promise_tag(all_, "track-a")
        await all_.work()
        assert cloudflare.values() == [TAG_OF_NOTHING]
        assert cloudflare.throttled == 0


@asynccontextmanager
async def beside(purged: Purging, vendor: Vendor, options: str = "") -> AsyncIterator[Purging]:
    """Have another CDN beside those that there are."""
    address = Address.parse(vendor.purger + options)
    async with open_purgers([address], CREDENTIALS) as more:
        async with purged.service.database.change() as connection:
            await register(connection, [address], now_s=purged.now_s())
        yield replace(purged, purgers={**purged.purgers, **more})
        assert vendor.wrong == []


def dropped(vendor: Vendor) -> list[Request]:
    """Return what was dropped since the last time, but for what shows whether one is well."""
    return [each for each in vendor.take() if each.values != (TAG_OF_NOTHING,)]


async def promise_tag(purged: Purging, *tags: str, soft: bool = False) -> None:
    """Promise to who knows tags, so to Fastly, that some are dropped."""
    async with purged.service.database.change() as connection:
        await promise(
            connection, lambda known: of_answers(tags, known, soft=soft), now_s=purged.now_s()
        )


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 what is asked tells nobody
            await asyncio.sleep(0.01)


async def test_metrics_tell_what_waits_and_what_fails(purged: Purging) -> None:
    purged.edge.is_down = True
    ann = await purged.service.user()
    await purged.packaging.playing(ann)
    await purged.work()
    watch, metrics = PurgeWatch(purged.service.database), Metrics()
    watch.tell(metrics)
    await watch.look()
    edge, fastly = purged.edge.purger, "fastly://SU1Z0isxPaozGVKXdv0eY"

    def said(name: str, purger: str) -> float:
        found = metrics.registry.get_sample_value(f"soundbridge_{name}", {"purger": purger})
        assert found is not None
        return found

    assert (said("purge_pending", edge), said("purge_pending", fastly)) == (4, 0)
    assert said("purge_oldest_seconds", edge) > 0
    assert said("purge_oldest_seconds", fastly) == 0
    assert (said("purge_requests", fastly), said("purge_targets", fastly)) == (1, 1)
    assert (said("purge_failures", edge), said("purge_failures", fastly)) == (1, 0)
    assert said("purge_failing_seconds", edge) > 0
    async with purged.service.database.change() as connection:
        now_s = purged.now_s()
        await promise_objects(connection, "a1", ["media/a1/r1/128k/00000.m4s"], now_s=now_s)
    await watch.look()
    assert said("purge_pending", edge) == 4, "what is held until it has gone waits for nobody"
    assert said("purge_refused", edge) == 0
