"""What is found, where answers are kept: soon after a change it is what the index has by then."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import update

from origin.cache.running import telling
from origin.companion.caching.opening import open_answers
from origin.companion.caching.policy import INDEX_LAG_S
from origin.companion.catalogue import events
from origin.companion.catalogue.tables import tracks
from tests.functional.api.searchable import PATIENT, Search, opened_database, searching
from tests.functional.api.service import NOW_S

SETTLED_S: Final = INDEX_LAG_S + 0.5
"""What was found is kept for half a minute from then on, unless something happens."""
SOON_S: Final = 15.0
"""Less than that half a minute, and much more than it takes."""


@pytest.fixture
async def search(migrated: Path) -> AsyncIterator[Search]:
    async with (
        opened_database(migrated, None) as database,
        telling(None) as tell,
        open_answers(database, None, tell) as answers,
        searching(database, migrated, PATIENT, answers) as search,
    ):
        yield search


async def soon(search: Search, found: Any, **asked: str | int) -> None:
    """Ask until this is found of each track, or of facets."""
    async with asyncio.timeout(SOON_S):
        while True:
            said = await search.found("song", **asked)
            if found in (len(said["items"]), said["facets"]["genre"]):
                return
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        ({"language": "fr"}, {"language": "de"}, {"language": "de"}),
        pytest.param(
            *({"released_on": "2001-01-01"}, {"released_on": "2020-01-01"}, {"year": 2020}),
            marks=pytest.mark.long,
        ),
        pytest.param(
            *({"genre": "rock"}, {"genre": "jazz"}, {"genre": "jazz"}), marks=pytest.mark.long
        ),
    ],
)
async def test_what_is_filtered_by_is_found_soon(
    search: Search, before: dict[str, Any], after: dict[str, Any], asked: dict[str, Any]
) -> None:
    track_id = await search.track(await search.artist("Ann"), "Song", **before)
    await search.until_indexed()
    await soon(search, 1)
    await asyncio.sleep(SETTLED_S)
    await soon(search, 0, **asked)
    async with search.database.change() as connection:
        await connection.execute(update(tracks).where(tracks.c.id == track_id).values(after))
        fields = {"fields": sorted(after)}
        await events.tell(connection, "track.changed", track_id, "x", fields, now_s=NOW_S)
    await soon(search, 1, **asked)


async def test_what_was_deleted_is_soon_in_no_facet(search: Search) -> None:
    ann = await search.artist("Ann")
    gone = await search.track(ann, "Song", genre="jazz")
    await search.track(ann, "Song", genre="jazz")
    await search.until_indexed()
    await soon(search, 2)
    await asyncio.sleep(SETTLED_S)
    await soon(search, [{"value": "jazz", "count": 2}])
    await search.delete(f"/v1/tracks/{gone}")
    assert len((await search.found("song"))["items"]) == 1
    await soon(search, [{"value": "jazz", "count": 1}])
