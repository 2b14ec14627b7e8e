"""Uploads of one file that were not seen to be the same are told once they are packaged."""

from typing import Any

import pytest
from sqlalchemy import update

from origin.companion.uploads import rows
from origin.companion.uploads.tables import uploads
from tests.functional.api.packaging import Packaging
from tests.functional.api.sending import SOUND, put
from tests.functional.api.service import Service, User
from tests.functional.api.test_tus import make, patch, upload_in


async def unseen(service: Service, by: User) -> Any:
    """Have an upload of which no process saw all."""
    path = await make(service, by)
    await patch(service, by, path, 0, SOUND[:1000])
    service.uploads.digests.forget(upload_in(path).rpartition("/")[2])  # as elsewhere
    await patch(service, by, path, 1000, SOUND[1000:])
    made = await service.get(upload_in(path), by)
    assert (made["state"], made["sha256"]) == ("complete", None)
    return made


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "the last one first"])
async def test_duplicates_that_nobody_saw_whole_are_told_once_they_are_packaged(
    service: Service, order: tuple[int, int]
) -> None:
    packaging = Packaging(service)
    ann, bob = await service.user(), await service.user(number=1)
    made = [await unseen(service, by) for by in (ann, ann, bob)]
    held = [await packaging.claim() for _ in made]
    by_asset = {each.payload["asset_id"]: each for each in held}
    for number in (*order, 2):
        await packaging.succeed(by_asset[made[number]["asset_id"]])
        await packaging.watch.tell_news()
    first, second = [await service.get(f"/v1/uploads/{each['id']}", ann) for each in made[:2]]
    assert first["sha256"] == second["sha256"] == packaging.made(held[0]).index.source.sha256
    assert (first["duplicate_of"], second["duplicate_of"]) == (None, first["asset_id"])
    others = await service.get(f"/v1/uploads/{made[2]['id']}", bob)
    assert (others["sha256"], others["duplicate_of"]) == (first["sha256"], None)


async def test_duplicates_that_did_not_see_each_other_are_told_once_they_are_packaged(
    service: Service,
) -> None:
    packaging = Packaging(service)
    ann = await service.user()
    made = [await service.post("/v1/uploads", ann, {}) for _ in range(2)]
    done = [await put(service, ann, each, SOUND) for each in made]
    assert done[1]["duplicate_of"] == made[0]["asset_id"]
    async with service.database.change() as connection:  # as when both were committed at once
        await connection.execute(update(uploads).values(duplicate_of=None))
    for _ in made:
        await packaging.succeed(await packaging.claim())
    await packaging.watch.tell_news()
    first, second = [await service.get(f"/v1/uploads/{each['id']}", ann) for each in made]
    assert (first["duplicate_of"], second["duplicate_of"]) == (None, first["asset_id"])


async def test_what_is_found_of_an_asset_that_was_just_deleted_makes_no_duplicates(
    service: Service,
) -> None:
    """A look for its objects may have begun before that, and ends behind it."""
    packaging = Packaging(service)
    ann = await service.user()
    gone, *others = [await unseen(service, ann) for _ in range(3)]
    sha256 = packaging.made(await packaging.claim()).index.source.sha256
    assert (await service.ask("DELETE", f"/v1/assets/{gone['asset_id']}", ann)).status == 204
    async with service.database.change() as connection:
        await rows.note_content(connection, gone["asset_id"], sha256)
    by_now = [await service.get(f"/v1/uploads/{each['id']}", ann) for each in others]
    assert [each["duplicate_of"] for each in by_now] == [None, None]
