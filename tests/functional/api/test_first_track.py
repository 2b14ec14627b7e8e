"""What listeners' page is sure to ask for is named beside it, while it may be known soon."""

import asyncio
import re
from http import HTTPStatus

import pytest

from origin.companion.catalogue.tracks.first_track import KEPT_S, FirstTrack
from origin.companion.database import Database
from origin.database.engine import open_replica
from tests.functional.api.played import song
from tests.functional.api.service import Service
from tests.functional.api.test_artwork import put
from tests.tries import tries

pytestmark = pytest.mark.long_if("postgresql")

NOBODY = "postgresql://127.0.0.1:1/nothing"


async def link(service: Service, path: str = "/") -> str | None:
    """Return what the page's head names, once what was known before counts no more."""
    await asyncio.sleep(KEPT_S)
    async with service.client.get(path) as page:
        assert page.status == HTTPStatus.OK
        return page.headers.get("Link")


async def test_it_is_that_of_the_newest_track_in_all_of_its_sizes(service: Service) -> None:
    assert await link(service) is None
    ann, one = await song(service)
    (first,) = (await service.get("/v1/tracks"))["items"]
    fetched = [f"<{first['playback_id']}.{suffix}>" for suffix in ("json", "m3u8")]
    said = ", ".join(f"{each}; rel=preload; as=fetch; crossorigin" for each in fetched)
    assert await link(service) == said
    await put(service, one, ann)
    named = await link(service)
    (first,) = (await service.get("/v1/tracks"))["items"]
    pictures = {f"{each['url']} {each['width_px']}w" for each in first["artwork"]}
    assert named is not None
    assert named.endswith(said)
    found = re.match(r'<([^>]+)>; rel=preload; as=image; .*imagesrcset="(.+?)"', named)
    assert found is not None
    assert set(found[2].split(", ")) == pictures
    assert f"{found[1]} 320w" in pictures, "the largest that is not too large"
    await service.client.get("/")  # whatever is answered from memory
    assert await link(service, "/?play=another") is None
    withdrawn = await service.ask("DELETE", f"/v1/tracks/{one['id']}", ann)
    assert withdrawn.status == HTTPStatus.NO_CONTENT
    assert await link(service) is None


async def test_no_page_waits_for_a_database_that_is_away() -> None:
    async with open_replica(NOBODY) as engine:
        for _ in tries(1.0):
            assert await FirstTrack(Database(engine)).link() is None
