"""What publishing, withdrawing and deleting drop at CDNs: exactly that, in time, once and again."""

from pathlib import Path

import pytest
from sqlalchemy import update

from origin.companion.artwork.collecting import collect as collect_pictures
from origin.companion.artwork.lifecycle import GOES_AFTER_S
from origin.companion.assets import collecting
from origin.companion.assets.collecting import AFTER_S
from origin.companion.media import Media
from origin.companion.purging.media import WITHDRAWN_S
from origin.companion.purging.tables import purgers
from packager.errors import CorruptSource
from packager.queue import assets
from tests.functional.api.catalogue import artist
from tests.functional.api.collecting import collect
from tests.functional.api.played import song
from tests.functional.api.purging import Purging, hard, purging, soft
from tests.functional.api.service import Service
from tests.functional.api.test_artwork import put
from tests.sources.pictures import picture, saved

pytestmark = pytest.mark.long_if("postgresql")
ENTRIES = ["/song.json", "/song.m3u8", "/song.mpd", "/song.packed.m3u8"]


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
