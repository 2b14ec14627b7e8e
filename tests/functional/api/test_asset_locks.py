"""Assets that are deleted in the moment in which their packaging ends: over rows that are held."""

import asyncio

import pytest

from packager.queue import assets, lease
from tests.functional.api.packaging import Packaging
from tests.functional.api.service import Service
from tests.functional.api.test_database_faults import over_postgresql_alone, until_waiting


@over_postgresql_alone
@pytest.mark.parametrize("how", ["is announced", "succeeds"])
async def test_who_deletes_an_asset_and_who_packages_it_do_not_wait_for_each_other(
    service: Service, how: str
) -> None:
    packaging, ann = Packaging(service), await service.user()
    asset_id = await packaging.queue(ann)
    held = await packaging.claim()
    entry = packaging.made(held).entry
    async with service.database.change() as connection:
        if how == "succeeds":
            await lease.succeed(connection, held, now_s=packaging.now_s)
        else:
            await lease.confirm(connection, held)
        asked = asyncio.create_task(service.ask("DELETE", f"/v1/assets/{asset_id}", ann))
        await until_waiting(service, 1)
        write = assets.publish if how == "succeeds" else assets.announce
        assert await write(connection, held, entry, now_s=packaging.now_s)
    assert (await asked).status == 204
    await service.get(f"/v1/assets/{asset_id}", ann, 404)
    async with service.database.look_now() as connection:
        played = await assets.published(connection, asset_id)
    assert played is not None
    assert played.entry is None
