"""An index that is killed, damaged, fought for, or not there yet."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from unicodedata import normalize

import pytest

from origin.companion.search import fallback
from origin.companion.search.folders import Folders, feeding, is_intact
from origin.companion.search.opening import REFRESH_S
from origin.companion.search.schema import SCHEMA
from tests.functional.api.searchable import Catalogue, Search, opened_database, searching
from tests.functional.processes import children
from tests.servers.postgres import empty
from tests.servers.soundbridge import running, url_said

KILLS = 3
TRACKS_OF_A_LIFE = 40


def folders(search: Search) -> Folders:
    return Folders(search.state / "search", SCHEMA)


@pytest.mark.long
async def test_who_feeds_is_killed_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    program = ["serve", "--state", str(tmp_path), "--port", "0"]
    async with opened_database(tmp_path, None) as database:
        catalogue = Catalogue(database=database)
        ann = await catalogue.artist("Ann")
        for life in range(KILLS):
            with running(*program) as served:
                await asyncio.to_thread(url_said, served)
                for number in range(TRACKS_OF_A_LIFE):
                    await catalogue.track(ann, f"Song {life}x{number}")
                    await asyncio.sleep(0.02 * life)
                for process in (served.pid, *children(served.pid)):
                    with suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)
                served.wait(10)
        async with searching(database, tmp_path) as search:
            assert is_intact(folders(search).ready() or tmp_path)
            await search.until_indexed()
            found = await search.found("song", kind="track")
            assert found["total"] == KILLS * TRACKS_OF_A_LIFE


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)


def clear(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.long_unless("cut")
@pytest.mark.parametrize("damage", [cut, flip, clear, Path.unlink])
@pytest.mark.parametrize("part", ["*.term", "*.store", "meta.json"])
async def test_a_damaged_index_is_made_anew(
    tmp_path: Path, damage: Callable[[Path], None], part: str
) -> None:
    async with opened_database(tmp_path, None) as database:
        async with searching(database, tmp_path) as search:
            await search.track(await search.artist("Ann"), "Song")
            await search.until_indexed()
            ready = folders(search).ready()
        assert ready is not None
        assert is_intact(ready)
        for path in [*ready.glob(part)]:  # one of a segment that was merged may be there still
            damage(path)
        assert not is_intact(ready)
        async with searching(database, tmp_path) as search:
            async with asyncio.timeout(20):
                while not is_intact(folders(search).ready() or tmp_path):  # noqa: ASYNC110 a folder
                    await asyncio.sleep(0.05)
            await search.until(
                lambda said: not said["degraded"] and bool(said["items"]), "song", kind="track"
            )


async def test_an_index_that_is_deleted_costs_a_rebuild(sqlite_search: Search) -> None:
    search = sqlite_search
    await search.track(await search.artist("Ann"), "Song")
    await search.until_indexed()
    before = folders(search).ready()
    folders(search).ask_for_rebuild()
    async with asyncio.timeout(20):
        while folders(search).ready() == before:
            await asyncio.sleep(0.05)
            assert not (await search.found("song"))["degraded"]
    await search.until_indexed()
    assert await search.titles("song") == ["Song"]


@pytest.mark.long
async def test_a_look_that_fails_is_not_the_last(sqlite_search: Search) -> None:
    search = sqlite_search
    ann = await search.artist("Ann")
    await search.track(ann, "Song")
    await search.until_indexed()
    folder = search.state / "search"
    aside = folder.rename(search.state / "aside")
    folder.touch()  # which can be listed no more than a folder for which no descriptor is left
    await asyncio.sleep(REFRESH_S * 3)
    found = await search.found("song")
    assert (len(found["items"]), found["degraded"]) == (1, False)
    folder.unlink()
    aside.rename(folder)
    await search.track(ann, "Tune")
    await search.until(lambda said: bool(said["items"]), "tune", kind="track")


async def test_one_process_writes_and_the_next_takes_over(tmp_path: Path) -> None:
    async with AsyncExitStack() as outlives, opened_database(tmp_path, None) as database:
        first = await outlives.enter_async_context(searching(database, tmp_path))
        await first.until_indexed()
        with feeding(first.state / "search", SCHEMA) as is_free:
            assert not is_free
        async with searching(database, tmp_path) as other:
            ann = await first.artist("Ann")
            await first.track(ann, "Song")
            await other.until(lambda said: len(said["items"]) == 1, "song", kind="track")
            await outlives.aclose()
            await other.track(ann, "Tune")
            await other.until(lambda said: len(said["items"]) == 1, "tune", kind="track")
            assert len([*(tmp_path / "search").glob("v*.0*")]) == 1


async def test_an_index_of_other_events_is_made_anew(tmp_path: Path) -> None:
    async with (
        opened_database(tmp_path / "one", None) as database,
        searching(database, tmp_path) as search,
    ):
        await search.track(await search.artist("Ann"), "Song")
        await search.track(await search.artist("Bob"), "Song")
        await search.until_indexed()
    async with (
        opened_database(tmp_path / "other", None) as database,
        searching(database, tmp_path) as search,
    ):
        await search.track(await search.artist("Eve"), "Tune")
        await search.until(
            lambda said: not said["degraded"] and bool(said["items"]), "tune", kind="track"
        )
        assert (await search.found("song"))["total"] == 0


@pytest.mark.parametrize("on", ["sqlite", "postgresql"])
async def test_without_an_index_the_database_is_asked(
    request: pytest.FixtureRequest, tmp_path: Path, on: str
) -> None:
    url = None if on == "sqlite" else request.getfixturevalue("postgres_url")
    async with opened_database(tmp_path, url) as database:
        if url is not None:
            await empty(database.primary)
        (tmp_path / "search").mkdir()
        with feeding(tmp_path / "search", SCHEMA):  # so that nobody builds it
            async with searching(database, tmp_path) as search:
                ann = await search.artist("Ann Lee")
                for number in range(3):
                    await search.track(ann, f"Song's {number}", genre="Jazz" if number else None)
                await search.track(ann, "Song of mine", visibility="unlisted")
                await search.track(ann, "100% Song\\", genre="Jazz")
                found = await search.found("SON an", limit=2)
                assert found["degraded"]
                assert len(found["items"]) == 2
                on_ = await search.found("SON an", limit=2, cursor=found["next"])
                assert len(on_["items"]) == 2
                assert on_["next"] is None
                assert len(await search.titles("son", genre="jazz")) == 3
                await search.track(ann, "Gasse", genre="süße musik")
                assert await search.titles("gasse", genre=normalize("NFD", "Süße Musik"))
                assert await search.titles("100%_song\\") == ["100% Song\\"]
                assert await search.titles("ann", kind="artist") == ["Ann Lee"]
                assert (await search.suggested("ann"))["degraded"]
                for title, typed in (
                    *(("Été", "ete"), ("Bücher", "Bücher"), ("소년", "소년")),
                    *(("東京都の夜", "京都"), ("100年の歌", "年の歌")),
                    *((("ガラスの庭", "ｶﾞﾗｽ"),) if on == "sqlite" else ()),
                ):
                    await search.track(ann, title)
                    assert await search.titles(typed) == [title]
        assert on != "sqlite" or fallback._folded.cache_info().currsize  # noqa: SLF001
        async with searching(database, tmp_path) as search:
            await search.until_indexed()
            assert not fallback._folded.cache_info().currsize  # noqa: SLF001 it may be tens of MB
            response = await search.client.get(
                "/v1/search", params={"q": "SON an", "cursor": found["next"]}
            )
            assert response.status == 410
            assert (await response.json())["code"] == "cursor_gone"
