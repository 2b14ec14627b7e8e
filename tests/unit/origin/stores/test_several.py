"""Several stores behind one reader, in memory: what is asked of which, and what is made of it."""

import asyncio
from pathlib import Path

import pytest
from obstore.store import LocalStore

from origin.delivery.errors import NotFound
from origin.stores.homes import LOOKED_FOR_EVERY_S
from tests.servers.counting import until
from tests.servers.several_stores import ENTRY, INDEX, SEGMENT, WHERE, Several, is_there, move
from tests.sources.published import publish


async def test_a_known_home_alone_is_asked(several: Several) -> None:
    asset = publish(several.other)
    await is_there(several.reader, asset)
    assert several.asked() == (2, 2 + len(asset.contents)), "the entry and the index are looked for"
    await is_there(several.reader, asset)
    assert several.asked() == (0, 2 + len(asset.contents))
    several.now_s += LOOKED_FOR_EVERY_S
    await is_there(several.reader, asset)
    assert several.asked() == (1, 2 + len(asset.contents)), "the entry is looked for again"


async def test_who_is_trusted_more_wins_a_clash_though_it_is_slower(several: Several) -> None:
    publish(several.trusted, title="The real one")
    publish(several.other, title="An impostor")
    several.trusted.gate.clear()
    read = asyncio.create_task(several.reader.read(ENTRY))
    await until(lambda: several.trusted.asked.total() == 1 == several.other.asked.total())
    several.trusted.gate.set()
    assert b"The real one" in await read


async def test_nobody_adds_to_what_grows_in_a_store_that_is_trusted_more(several: Several) -> None:
    """The names of its next segments are known to all who listen."""
    several.trusted.put(WHERE.key("128k/00000.m4s"), b"sound")
    several.trusted.put(WHERE.growing_key("128k/playlist.m3u8"), b"playlist")
    publish(several.other)  # an index and all segments
    for key in (INDEX, WHERE.key("128k/00001.m4s"), WHERE.growing_key("multivariant.m3u8")):
        with pytest.raises(NotFound):
            await several.reader.read(key)
    assert await several.reader.read(SEGMENT) == b"sound"


async def test_what_grows_is_found_complete_where_it_grew(several: Several) -> None:
    several.other.put(SEGMENT, b"sound")
    several.other.put(WHERE.growing_key("128k/playlist.m3u8"), b"playlist")
    with pytest.raises(NotFound):
        await several.reader.read(INDEX)
    several.asked()
    with pytest.raises(NotFound):
        await several.reader.read(INDEX)
    assert several.asked() == (0, 1), "where it is is not looked for at once again"
    asset = publish(several.other)
    await is_there(several.reader, asset)


@pytest.mark.parametrize("who", ["has played it", "knows nothing"])
@pytest.mark.parametrize("way", [("trusted", "other"), ("other", "trusted")])
async def test_an_asset_plays_whatever_part_of_it_has_moved(
    several: Several, way: tuple[str, str], who: str
) -> None:
    source, target = (getattr(several, name) for name in way)
    asset = publish(source)
    for key in [ENTRY, INDEX, *map(WHERE.key, asset.contents)]:
        reader = several.reader
        if who == "knows nothing":
            reader = several.reading(several.trusted, several.other)
        await is_there(reader, asset)
        move(key, source, target)
        await is_there(reader, asset)
    await is_there(several.reading(several.trusted, several.other), asset)
    await is_there(several.reading(target), asset)


@pytest.mark.parametrize("way", [("trusted", "other"), ("other", "trusted")])
async def test_an_asset_plays_while_it_is_copied(several: Several, way: tuple[str, str]) -> None:
    source, target = (getattr(several, name) for name in way)
    asset = publish(source)
    for key in [*map(WHERE.key, asset.contents), INDEX, ENTRY]:
        target.put(key, source.get(key).bytes())
        await is_there(several.reading(several.trusted, several.other), asset)


async def test_growing_playlists_that_were_left_behind_hide_nothing(several: Several) -> None:
    asset = publish(several.other)
    several.trusted.put(WHERE.growing_key("128k/playlist.m3u8"), b"playlist")
    await is_there(several.reader, asset)


async def test_folders_that_were_left_empty_hide_nothing(several: Several, tmp_path: Path) -> None:
    left = LocalStore(tmp_path)
    asset = publish(several.other)
    for name in asset.contents:
        for key in (WHERE.key(name), WHERE.growing_key(name)):
            left.put(key, b"")
            left.delete(key)  # its folder stays
    left.put(WHERE.growing_key("128k/playlist.m3u8"), b"playlist")
    await is_there(several.reading(left, several.other), asset)
    left.delete(WHERE.growing_key("128k/playlist.m3u8"))
    left.put(SEGMENT, b"sound")
    await is_there(several.reading(left, several.other), asset)
