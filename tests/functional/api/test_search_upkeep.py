"""What is done to an index beside following events: plays, suggestions, rebuilding in steps."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from origin.companion.catalogue.tables import tracks
from origin.companion.database import Database
from origin.companion.search import building
from origin.companion.search import popularity as popularity_of_rows
from origin.companion.search.bookmark import Bookmark
from origin.companion.search.building import Building
from origin.companion.search.entries import key_of, popularity_of
from origin.companion.search.errors import IndexBusy
from origin.companion.search.folders import Folders
from origin.companion.search.popularity import HOT_S, TURN_S, Popularity
from origin.companion.search.schema import SCHEMA
from origin.companion.search.suggesting import Suggesting
from origin.companion.search.suggestions import Suggestions
from origin.companion.search.writing import Aside, Writer
from tests.functional.api.searchable import Catalogue, opened_database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with opened_database(tmp_path, None) as database:
        yield database


@pytest.fixture
async def catalogue(database: Database) -> Catalogue:
    return Catalogue(database=database)


def made_folders(tmp_path: Path) -> Folders:
    (tmp_path / "search").mkdir()
    return Folders(tmp_path / "search", SCHEMA)


@pytest.mark.parametrize(("after_s", "is_first"), [(HOT_S, False), (TURN_S, True)])
async def test_plays_come_into_the_index(
    catalogue: Catalogue,
    tmp_path: Path,
    after_s: float,
    is_first: bool,  # noqa: FBT001 a case
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(popularity_of_rows, "BATCH", 1)  # the most played; or the first by id
    ann = await catalogue.artist("Ann")
    made = sorted([await catalogue.track(ann, "Song", play_count=7) for _ in range(2)])
    played, still = made if is_first else reversed(made)
    folders, aside, now_s = made_folders(tmp_path), Aside(), 0.0
    await Building(catalogue.database, folders, aside).run()
    writer = Writer(folders.ready() or tmp_path)
    popularity = Popularity(catalogue.database, writer, aside, lambda: now_s)
    async with catalogue.database.change() as connection:
        await connection.execute(
            update(tracks).where(tracks.c.id == played).values(play_count=1000)
        )
    assert not await popularity.look()
    now_s = after_s
    assert await popularity.look()
    writer.commit(Bookmark(0))
    known = writer.popularities([key_of("track", played), key_of("track", still)])
    assert known == {
        key_of("track", played): popularity_of(1000),
        key_of("track", still): popularity_of(7),
    }
    now_s = 2 * after_s
    assert not await popularity.look()
    writer.close()
    aside.close()


async def test_a_build_goes_on_where_it_was_ended(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "ROWS", 3)
    ann = await catalogue.artist("Ann")
    made = sorted([await catalogue.track(ann, f"Song {number}") for number in range(9)])
    folders, aside = made_folders(tmp_path), Aside()
    ends = Building(catalogue.database, folders, aside)
    writer, bookmark = await ends._begin()  # noqa: SLF001 it ends in the middle
    bookmark = await ends._step(writer, bookmark, 5)  # noqa: SLF001 an artist, and some tracks
    assert (bookmark.building, bookmark.behind) == ("track", made[3])
    writer.add([])  # what is not committed is lost
    writer.close()
    await Building(catalogue.database, folders, aside).run()
    writer = Writer(folders.ready() or tmp_path)
    keys = [key_of("track", track_id) for track_id in made]
    assert len(writer.popularities(keys)) == len(made)
    assert writer.bookmark() == replace(bookmark, building=None, behind="")
    with pytest.raises(IndexBusy):
        Writer(writer.path)
    writer.close()
    aside.close()


async def test_suggestions_are_listed_by_plays(catalogue: Catalogue, tmp_path: Path) -> None:
    ann = await catalogue.artist("Zoë Ann")
    album = await catalogue.album(ann, "Zoo")
    few = await catalogue.track(ann, "Zone one", album_id=album, play_count=1)
    many = await catalogue.track(ann, "The zone", play_count=9)
    await catalogue.track(ann, "Zone secret", visibility="unlisted")
    folders = made_folders(tmp_path)
    await Suggesting(catalogue.database, folders).make()
    suggestions = Suggestions(folders.suggestions)
    assert suggestions.of("z") == []
    suggestions.refresh()
    every = [key_of("artist", ann), key_of("track", many), key_of("album", album)]
    assert suggestions.of("z") == suggestions.of("zo")[:4] == [*every, key_of("track", few)]
    assert suggestions.of("zone") == [key_of("track", many), key_of("track", few)]
    assert suggestions.of("the zone") == [key_of("track", many)]
    assert suggestions.of("ann") == [key_of("artist", ann)]
    assert suggestions.of("zone one") == [key_of("track", few)]
    folders.suggestions.write_bytes(b"damaged" * 100)
    suggestions.refresh()
    assert await asyncio.to_thread(suggestions.of, "z") == []
    suggestions.close()
