"""Jobs that were given up, which an operator has tried again."""

from pathlib import Path

import pytest

from origin.companion.assets import retrying
from origin.companion.catalogue import events
from origin.companion.identity.administration import NotDone, newest_deeds
from packager.errors import CorruptSource
from tests.functional.api.packaging import Packaging
from tests.functional.api.service import Service, User


@pytest.fixture
def packaging(service: Service) -> Packaging:
    return Packaging(service)


async def retry(packaging: Packaging, job_id: str) -> bool:
    async with packaging.service.database.change() as connection:
        return await retrying.retry_job(connection, job_id, now_s=packaging.now_s)


async def given_up(packaging: Packaging, owner: User, name: str = "song") -> str:
    asset_id = await packaging.queue(owner, name)
    await packaging.fail(await packaging.claim(), CorruptSource("It ends early."))
    await packaging.watch.tell_news()
    return f"/v1/assets/{asset_id}"


async def listed(packaging: Packaging) -> list[str]:
    async with packaging.service.database.look_now() as connection:
        return [row.id for row in await retrying.given_up(connection, None, 100)]


async def test_an_asset_whose_job_was_given_up_is_prepared_again(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    path = await given_up(packaging, ann)
    assert (await service.get(path, ann))["state"] == "errored"
    assert await listed(packaging) == ["song-job"]
    assert [await retry(packaging, "song-job") for _ in range(2)] == [True, False]
    asset = await service.get(path, ann)
    assert (asset["state"], asset["is_packaging"], asset["error"]) == ("preparing", True, None)
    held = await packaging.claim()
    assert held.attempts == 1, "it has all of them"
    assert not await retry(packaging, "song-job"), "it is at work"
    await packaging.succeed(held)
    for _ in range(2):
        await packaging.watch.tell_news()
    assert (await service.get(path, ann))["state"] == "ready"
    with pytest.raises(NotDone, match="it is done"):
        await retry(packaging, "song-job")
    async with service.database.look_now() as connection:
        kinds = [event.kind for event in await events.since(connection, 0, limit=100)]
        deeds = await newest_deeds(connection, ann.id, "song-job", 10)
    assert kinds == ["asset.created", "asset.errored", "asset.repackaging", "asset.ready"]
    assert [(deed.action, deed.means) for deed in deeds] == [("retryJob", "command-line")]


async def test_an_asset_gets_the_playback_id_that_it_has_by_now(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    path = await given_up(packaging, ann)
    new = (await service.post(f"{path}/playback-ids", ann, None))["id"]
    assert await retry(packaging, "song-job")
    await packaging.succeed(await packaging.claim())
    await packaging.watch.tell_news()
    asset = await service.get(path, ann)
    assert (asset["state"], asset["playback_ids"]) == ("ready", [{"id": new}])
    assert (await service.ask("GET", f"/{new}.json")).status == 200
    assert (await service.ask("GET", "/song.json")).status == 404


async def test_all_of_a_kind_are_tried_again_once(packaging: Packaging) -> None:
    ann = await packaging.service.user()
    for name in ("one", "two"):
        await given_up(packaging, ann, name)
    for expected in (2, 0):
        async with packaging.service.database.change() as connection:
            queued = await retrying.retry_kind(connection, "package", 10, now_s=packaging.now_s)
        assert queued == expected
    assert await packaging.claim_if_any()
    assert await packaging.claim_if_any()


async def test_what_has_nothing_left_to_do_is_not_tried_again(
    packaging: Packaging, tmp_path: Path
) -> None:
    service = packaging.service
    ann = await service.user()
    with pytest.raises(NotDone, match=r"no job song-job\. `soundbridge admin retry` lists"):
        await retry(packaging, "song-job")
    source = tmp_path / "song.wav"
    source.write_bytes(b"RIFF")
    asset_id = await packaging.queue(ann, source=str(source))
    await packaging.succeed(await packaging.claim())
    await packaging.watch.tell_news()
    await service.post(f"/v1/assets/{asset_id}/repackage", ann, None, 202)
    held = await packaging.claim()
    await packaging.fail(held, CorruptSource("It is another file by now."))
    assert await listed(packaging) == [held.job_id]
    await service.ask("DELETE", f"/v1/assets/{asset_id}", ann)
    with pytest.raises(NotDone, match="its asset was deleted"):
        await retry(packaging, held.job_id)
    assert await listed(packaging) == []
