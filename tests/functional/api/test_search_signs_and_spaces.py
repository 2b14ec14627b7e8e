"""A sign or a space too many, or too few."""

import pytest

from origin.companion.search.folders import Folders
from origin.companion.search.schema import SCHEMA
from origin.companion.search.suggesting import Suggesting
from origin.companion.search.suggestions import Suggestions
from tests.functional.api.searchable import Search

SIGNS = {
    "acdc": "AC/DC", "ACD": "AC/DC", "pink": "P!nk", "rem": "R.E.M.", "REM": "R.E.M.",
    "tnt": "T.N.T.", "kesha": "Ke$ha", "247": "24/7", "spiderman": "Spider-Man",
    "spidrman": "Spider-Man", "rearrange": "Re-Arrange", "rocknroll": "Rock\u2019n\u2019Roll",
    "rock n roll": "Rock\u2019n\u2019Roll", "rock'n'roll": "Rock\u2019n\u2019Roll",
    "l'a": "L\u2019amour", "l'am": "L\u2019amour",
    "lamour": "L\u2019amour", "l amour": "L\u2019amour", "lovelive": "Love☆Live",
}  # fmt: skip

SPACES = {
    "midnightcity": "Midnight City", "midnightci": "Midnight City", "KICKBACK": "KICK BACK",
    "99luftballons": "99 Luftballons", "sigurros": "Sigur Rós", "backinblack": "Back In Black",
    "thunder struck": "Thunderstruck", "thunder str": "Thunderstruck",
    "99 luft ballons": "99 Luftballons", "luft ballons": "99 Luftballons",
    "mid night city": "Midnight City", "back inblack": "Back In Black",
    "rocknroll": "Rock \u2018n\u2019 Roll", "spider man": "Spiderman", "a c d c": "AC/DC",
}  # fmt: skip


async def test_spaces_may_be_elsewhere(sqlite_search: Search) -> None:
    search = sqlite_search
    ann = await search.artist("Ann")
    for name in dict.fromkeys(SPACES.values()):
        await search.track(ann, name)
    await search.until_indexed()
    for typed, title in SPACES.items():
        found = await search.found(typed)
        assert [item["title"] for item in found["items"]] == [title], typed
        assert found["total"] == sum(each["count"] for each in found["facets"]["kind"]) == 1
        assert found["items"][0]["highlights"]["title"], typed
        suggested = (await search.suggested(typed))["items"]
        assert [item["text"] for item in suggested] == [title], typed
    assert await search.titles('"midnightcity"') == []
    assert await search.titles('"thunder struck"') == []


async def test_what_has_its_spaces_there_comes_first(sqlite_search: Search) -> None:
    search = sqlite_search
    ann = await search.artist("Ann")
    for title in ("Kickback", "Kick Back", "Kick Back Again"):
        await search.track(ann, title)
    await search.until_indexed()
    assert await search.titles("kickback") == ["Kickback", "Kick Back", "Kick Back Again"]
    found = await search.titles("kick back")
    assert found[0] == "Kick Back"
    assert sorted(found[1:]) == ["Kick Back Again", "Kickback"]


@pytest.fixture
async def named(sqlite_search: Search) -> Search:
    """A catalogue of names that are spelled in several ways."""
    search = sqlite_search
    ann = await search.artist("Ann")
    for name in dict.fromkeys(SIGNS.values()):
        await search.track(ann, name)
    await search.until_indexed()
    return search


async def test_signs_may_be_left_out(named: Search) -> None:
    for typed, title in SIGNS.items():
        found = await named.found(typed)
        assert [item["title"] for item in found["items"]] == [title], typed
        assert found["total"] == sum(each["count"] for each in found["facets"]["kind"]) == 1
        suggested = (await named.suggested(typed))["items"]
        assert [item["text"] for item in suggested] == [title], typed


async def test_lists_of_suggestions_know_names_without_their_signs(named: Search) -> None:
    folders = Folders(named.state / "search", SCHEMA)
    await Suggesting(named.database, folders).make()
    lists = Suggestions(folders.suggestions)
    lists.refresh()
    for typed in ("acdc", "rem", "kesh", "la", "spiderma"):
        assert len(lists.of(typed)) == 1, typed
    lists.close()


async def test_what_is_left_out_is_marked(named: Search) -> None:
    for typed, part in {"acd": "AC/D", "kesha": "Ke$ha", "rem": "R.E.M", "l'a": "L\u2019a"}.items():
        (hit,) = (await named.found(typed))["items"]
        ((begin, end),) = hit["highlights"]["title"]
        assert hit["title"][begin:end] == part
        (item,) = (await named.suggested(typed))["items"]
        assert item["highlights"] == [[begin, end]]


async def test_what_is_in_quotation_marks_has_its_signs(named: Search) -> None:
    assert await named.titles('"acdc"') == []
    assert await named.titles('"ac/dc"') == ["AC/DC"]
    assert await named.titles('"dc acdc"') == []


async def test_what_is_called_exactly_so_comes_first(sqlite_search: Search) -> None:
    search = sqlite_search
    ann = await search.artist("Ann")
    for title in ("R.E.M.", "Rem", "Remember", "R.E.M. live", "Remo Rem"):
        await search.track(ann, title)
    await search.until_indexed()
    found = await search.titles("rem")
    assert found[:2] == ["Rem", "R.E.M."]
    assert len(found) == 5
