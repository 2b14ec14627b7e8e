"""What is erased leaves the index's files too, and not only what is found."""

import asyncio
import os
import time
from pathlib import Path

from origin.companion.search.folders import LATER_S, Folders
from origin.companion.search.index import open_index
from origin.companion.search.schema import SCHEMA
from tests.functional.api.searchable import WITHIN_S, Search

NAME = "xylophonistkowalczyk"


def folders_of(search: Search) -> Folders:
    return Folders(search.state / "search", SCHEMA)


def is_in_files(search: Search) -> bool:
    """Tell whether an index has the name among its words; what is removed counts until a merge."""
    index = open_index(folders_of(search).ready() or search.state)
    index.reload()
    return index.searcher().doc_freq("title", NAME) > 0


async def erased(search: Search) -> None:
    """Make an artist, let it be found, and delete it."""
    for number in range(3):
        await search.artist(f"Stays {number}")
    artist_id = await search.artist(NAME)
    await search.until_indexed()
    await search.delete(f"/v1/artists/{artist_id}")
    await search.until(lambda said: not said["items"], NAME, kind="artist")
    later = search.state / "search" / "rebuild.later"
    assert is_in_files(search)
    async with asyncio.timeout(WITHIN_S):
        while not later.exists():  # noqa: ASYNC110 a file
            await asyncio.sleep(0.05)


async def test_a_day_after_an_artist_is_gone_no_file_has_the_name(sqlite_search: Search) -> None:
    search = sqlite_search
    await erased(search)
    before = folders_of(search).ready()
    begun_s = time.time() - LATER_S
    os.utime(search.state / "search" / "rebuild.later", (begun_s, begun_s))
    async with asyncio.timeout(WITHIN_S):
        while folders_of(search).ready() == before or is_in_files(search):  # noqa: ASYNC110 files
            await asyncio.sleep(0.05)
        while list((search.state / "search").glob("rebuild*")):  # noqa: ASYNC110 files
            await asyncio.sleep(0.05)
    assert await search.titles("stays", kind="artist") != []


async def test_it_is_not_made_anew_for_each_of_them(sqlite_search: Search) -> None:
    search = sqlite_search
    await erased(search)
    before = folders_of(search).ready()
    first_s = (search.state / "search" / "rebuild.later").stat().st_mtime
    await asyncio.sleep(0.1)
    await search.delete(f"/v1/artists/{await search.artist('Another')}")
    await search.until_indexed()
    assert folders_of(search).ready() == before
    assert (search.state / "search" / "rebuild.later").stat().st_mtime == first_s


def test_what_is_asked_again_meanwhile_is_done_again(tmp_path: Path) -> None:
    folders = Folders(tmp_path, SCHEMA)
    assert folders.rebuild_asked() is None
    folders.ask_for_rebuild()
    folders.building.mkdir()
    asked = folders.rebuild_asked()
    assert asked is not None
    assert not folders.building.exists()  # of an earlier asking
    os.utime(tmp_path / "rebuild", ns=(asked + 1, asked + 1))
    folders.rebuilt(asked)
    assert folders.rebuild_asked() == asked + 1
    folders.rebuilt(asked + 1)
    assert folders.rebuild_asked() is None
