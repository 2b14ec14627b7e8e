"""What is found, over both databases."""

from typing import Literal
from unicodedata import normalize

import pytest

from tests.functional.api.searchable import Search
from tests.functional.api.service import NOW_S
from tests.tries import tries

pytestmark = pytest.mark.long_if("postgresql")


async def test_what_is_meant_is_found(search: Search) -> None:
    ros = await search.artist("Sigur Rós")
    takk = await search.album(ros, "Takk...")
    await search.track(ros, "Hoppípolla", album_id=takk, tags=["post-rock"])
    await search.track(ros, "Sæglópur", description="Lost at sea", genre="Ambient")
    tokyo = await search.artist("東京事変")
    await search.track(tokyo, "群青日和")
    await search.until_indexed()
    for typed, title in (
        ("hoppipolla", "Hoppípolla"),
        ("HOPPÍPOLLA", "Hoppípolla"),
        ("hoppipola", "Hoppípolla"),
        ("hopp", "Hoppípolla"),
        ("sigur ros hop", "Hoppípolla"),
        ("sgiur ros hopp", "Hoppípolla"),
        ("takk hoppipolla", "Hoppípolla"),
        ('"sigur ros" hopp', "Hoppípolla"),
        ("post-rock", "Hoppípolla"),
        ("lost sea", "Sæglópur"),
        ("saeglopur", "Sæglópur"),
        ("ambient", "Sæglópur"),
        ("群青", "群青日和"),
        ("日和", "群青日和"),
    ):
        assert (await search.titles(typed, kind="track"))[:1] == [title], typed
    assert await search.titles("sigur", kind="artist") == ["Sigur Rós"]
    assert await search.titles("takk", kind="album") == ["Takk..."]
    assert (await search.titles("sigur ros"))[0] == "Sigur Rós"
    assert await search.titles('"ros sigur"') == []
    assert await search.titles('"hoppipolla sigur"') == []


async def test_a_hit_says_what_matched(search: Search) -> None:
    ros = await search.artist("Sigur Rós")
    await search.track(ros, "Hoppípolla <b>", genre="Rock", language="is-IS", duration_s=200.0)
    await search.until_indexed()
    (hit,) = (await search.found("sigur hopi", kind="track"))["items"]
    assert hit["artist"]["name"] == "Sigur Rós"
    assert hit["highlights"] == {"title": [[0, 4]], "artist": [[0, 5]], "album": []}


async def test_hits_are_filtered_and_counted(search: Search) -> None:
    ann = await search.artist("Ann")
    for number in range(6):
        await search.track(
            ann,
            f"Song {number}",
            genre="Jazz" if number % 2 else "Folk",
            language="de-AT" if number < 2 else "en",
            released_on=f"201{number}-05-05",
            duration_s=100.0 * (number + 1),
        )
    await search.until_indexed()
    facets = (await search.found("song"))["facets"]
    counts = {name: {each["value"]: each["count"] for each in facets[name]} for name in facets}
    assert counts["genre"] == {"jazz": 3, "folk": 3}
    assert counts["language"] == {"en": 4, "de": 2}
    assert counts["duration"] == {"under-4-min": 2, "4-to-20-min": 4}
    assert counts["year"]["2013"] == 1
    assert sorted(await search.titles("song", genre="JAZZ")) == ["Song 1", "Song 3", "Song 5"]
    assert sorted(await search.titles("song", language="de")) == ["Song 0", "Song 1"]
    assert await search.titles("song", year=2014) == ["Song 4"]
    assert sorted(await search.titles("song", duration="under-4-min")) == ["Song 0", "Song 1"]


HELLO = ["Hello", "Hello World", "Hello You", "Say Hello"]


@pytest.mark.parametrize(
    ("typed", "others"),
    [
        ("hello", ["Hallo Welt", "Hallo Hallo"]),
        ("hello", ["Welt"]),
        ("helo", ["Hallo Welt"]),  # nothing has it: all that is like it is found
        ("worlds hello never", ["Hello Worlds"]),  # nothing has all: all but one do
        ("say hello mooon", ["Say Hello Moon"]),  # one is like it: those with less are not meant
    ],
)
async def test_a_facet_counts_what_its_filter_gives(
    search: Search, typed: str, others: list[str]
) -> None:
    ann = await search.artist("Ann")
    for title in HELLO:
        await search.track(ann, title, genre="folk", language="en", duration_s=100.0)
    await search.track(ann, "Hello Moon", genre="jazz", language="de", duration_s=300.0)
    for title in others:
        await search.track(ann, title, genre="jazz", language="de", duration_s=300.0)
    await search.until_indexed()
    everything = await search.found(typed)
    titles = {item["title"] for item in everything["items"]}
    assert len(titles) == everything["total"]
    for facet, counts in everything["facets"].items():
        assert counts
        for counted in counts:
            found = await search.found(typed, **{facet: counted["value"]})
            assert (counted["count"], len(found["items"])) == (found["total"],) * 2, counted
            assert {item["title"] for item in found["items"]} <= titles
            assert found["facets"][facet] == [counted]
    counted_genres = {each["value"] for each in everything["facets"]["genre"]}
    for genre in {"folk", "jazz"} - counted_genres:
        assert await search.titles(typed, genre=genre) == []


GENRES = ["λαϊκός", "süße musik", "İstanbul"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_a_genre_is_what_the_catalogue_calls_it(
    search: Search, form: Literal["NFC", "NFD"]
) -> None:
    ann = await search.artist("Ann")
    for genre in GENRES:
        await search.track(ann, "Song", genre=genre)
    await search.until_indexed()
    found = await search.found("song")
    genres = {item["genre"] for item in found["items"]}
    assert {each["value"] for each in found["facets"]["genre"]} == genres
    for genre in genres:
        typed = normalize(form, f" {genre.title()} ")
        for path, asked in (("/v1/search", {"q": "song"}), ("/v1/tracks", {})):
            (item,) = (await search.asked(path, {**asked, "genre": typed}))["items"]
            assert item["genre"] == genre


async def test_facets_are_the_same_whether_all_hits_are_at_hand(search: Search) -> None:
    ann = await search.artist("Ann")
    for number in range(40):
        await search.track(ann, f"Song {number}", genre=("rock", "jazz", "folk")[number % 3])
    await search.until_indexed()
    facets = {}
    for limit in (1, 50):  # so many that fewer, or more, hits are fetched than there are
        said = await search.asked("/v1/search", {"q": "song", "limit": str(limit)})
        assert said["total"] == 40
        facets[limit] = said["facets"]
    assert facets[1] == facets[50]
    counts = {each["value"]: each["count"] for each in facets[1]["genre"]}
    assert counts == {"rock": 14, "jazz": 13, "folk": 13}


@pytest.mark.parametrize(
    "typed", ["a", "ab", "tower a", "tower ab", "tower 北", "r", "ra", "the r"]
)
async def test_a_letter_or_two_are_a_beginning(search: Search, typed: str) -> None:
    ann = await search.artist("The R.A.D.")
    found = await search.track(ann, "Tower Above 北京")
    await search.track(await search.artist("Nobody"), "Tower")
    await search.until_indexed()
    assert [each["id"] for each in (await search.found(typed))["items"]][:1] in ([found], [ann])
    suggested = await search.asked("/v1/search/suggest", {"q": typed})
    assert {found, ann} & {each["id"] for each in suggested["items"]}


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("소년단", [[2, 5]]),
        ("소년", [[2, 4]]),
        ("소녀", [[2, 4]]),  # which the next key makes 소년
        ("탄소년", [[1, 4]]),
        ("방탄", [[0, 2]]),
        ("소년단 fire", [[2, 5], [6, 10]]),
    ],
)
async def test_hangul_is_found_within_words(
    search: Search, typed: str, marked: list[list[int]]
) -> None:
    ann = await search.artist("Ann")
    found = await search.track(ann, "방탄소년단 Fire")
    await search.track(ann, "소방차 단년소 Fire")
    await search.track(await search.artist("탄"), "소년 단소")
    await search.until_indexed()
    hits = (await search.found(typed))["items"]
    assert found in [each["id"] for each in hits]
    (hit,) = [each for each in hits if each["id"] == found]
    assert hit["highlights"]["title"] == marked
    suggested = await search.asked("/v1/search/suggest", {"q": typed})
    assert found in [each["id"] for each in suggested["items"]]


async def test_hangul_behind_other_letters_is_found(search: Search) -> None:
    found = await search.track(await search.artist("Ann"), "BTS방탄소년단")
    await search.until_indexed()
    for typed in ("방탄", "방탄소년단", "소년단", "bts"):
        assert [each["id"] for each in (await search.found(typed))["items"]] == [found]


async def test_what_is_published_is_found_within_two_seconds(search: Search) -> None:
    await search.until_indexed()
    ann = await search.artist("Ann")
    names = iter(("Brandnew", "Unheard", "Untold"))
    for _ in tries(2.0):
        name = next(names)
        await search.track(ann, name)
        await search.until(lambda said: bool(said["items"]), name)


@pytest.mark.parametrize(
    "values", [{"visibility": "private"}, {"visibility": "unlisted"}, {"deleted_s": 1.0}]
)
async def test_what_is_taken_back_is_gone_at_once(
    search: Search, values: dict[str, object]
) -> None:
    ann = await search.artist("Ann")
    track_id = await search.track(ann, "Secret")
    await search.until_indexed()
    assert await search.titles("secret") == ["Secret"]
    await search.change("track", track_id, **values)
    assert await search.titles("secret") == []
    assert (await search.suggested("secr"))["items"] == []
    await search.until(lambda said: said["total"] == 0, "secret")


async def test_what_is_called_otherwise_is_found_by_its_name(search: Search) -> None:
    ann = await search.artist("Ann")
    album = await search.album(ann, "Blue")
    track_id = await search.track(ann, "One", album_id=album)
    await search.until_indexed()
    await search.change("track", track_id, title="Two")
    await search.change("artist", ann, name="Zebediah")
    await search.change("album", album, title="Green")
    await search.until(lambda said: bool(said["items"]), "two zebediah green", kind="track")
    assert await search.titles("one") == []
    await search.change("album", album, visibility="private")
    (hit,) = (await search.found("two"))["items"]
    assert hit["album"] is None
    await search.change("artist", ann, deleted_s=NOW_S)
    await search.until(lambda said: said["total"] == 0, "two")


async def test_a_deleted_album_finds_no_tracks(search: Search) -> None:
    ann = await search.artist("Ann")
    album = await search.album(ann, "Xylocopa Wunderbar")
    await search.track(ann, "One", album_id=album)
    await search.until_indexed()
    assert await search.titles("xylocopa", kind="track") == ["One"]
    await search.delete(f"/v1/albums/{album}")
    await search.until(lambda said: said["total"] == 0, "xylocopa")
    assert (await search.suggested("xylo"))["items"] == []
    assert await search.titles("one") == ["One"]


async def test_what_is_played_more_comes_first(search: Search) -> None:
    ann = await search.artist("Ann")
    for plays in (10, 1_000_000, 0):
        await search.track(ann, "Love", play_count=plays, genre=f"G{plays}")
    await search.until_indexed()
    items = (await search.found("love"))["items"]
    assert [item["genre"] for item in items] == ["g1000000", "g10", "g0"]


async def test_pages_go_on_and_nothing_comes_twice(search: Search) -> None:
    ann = await search.artist("Ann")
    titles = {f"Love number {number}" for number in range(70)}
    for title in titles:
        await search.track(ann, title)
    sentinel = await search.until_indexed()
    await search.until(lambda said: said["total"] == 0, sentinel)  # or equals may change places
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await search.found("love", limit=9, **cursor)
        found += [item["title"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert len(found) == len(titles)
    assert set(found) == titles


async def test_a_cursor_is_good_for_its_search(search: Search) -> None:
    ann = await search.artist("Ann")
    for number in range(3):
        await search.track(ann, f"Love {number}")
    await search.until_indexed()
    page = await search.found("love", limit=1)
    for said in ({"q": "hate"}, {"q": "love", "kind": "track"}, {"q": "love", "year": "1999"}):
        response = await search.client.get("/v1/search", params={**said, "cursor": page["next"]})
        assert response.status == 404
        assert (await response.json())["code"] == "cursor_unknown"


async def test_names_are_suggested_as_they_are_typed(search: Search) -> None:
    bjork = await search.artist("Björk")
    await search.track(bjork, "Jóga", play_count=5)
    await search.track(bjork, "Joy", play_count=50)
    await search.track(bjork, "Joy", play_count=5)
    await search.until_indexed()
    said = await search.suggested("JÓ")
    assert [(item["kind"], item["text"], item["artist"]) for item in said["items"]] == [
        ("track", "Joy", "Björk"),
        ("track", "Jóga", "Björk"),
    ]
    assert said["items"][1]["highlights"] == [[0, 2]]
    said = await search.suggested("bjo")
    assert said["items"][0]["kind"] == "artist"


async def test_a_track_is_found_once_it_plays(search: Search) -> None:
    track_id = await search.track(await search.artist("Ann"), "Unheard", plays=False)
    await search.until_indexed()
    assert await search.titles("unheard") == []
    await search.play(track_id)
    (hit,) = (await search.found("unheard"))["items"]
    assert (hit["id"], hit["playback_id"]) == (track_id, f"p{hit['asset_id']}")
