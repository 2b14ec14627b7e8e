"""What nobody who looks for something types."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from tests.functional.api.searchable import Search

HOSTILE = [
    "title:secret", "key:bookmark", "bookmark", "*", "?", "+a -b", "a OR b AND NOT c", "a^9 b~2",
    "[a TO z]", "{a TO *}", "/.*/", "\\", '"', '"""', '"a" "b" "', "'; DROP TABLE tracks; --",
    "a & b | !c:*", "%", "_", "%%%", "\\'", "<script>alert(1)</script>", "\u202egnos",
    "\u0301\u0302",
    "\u200b", "\x1f", "a\0b", "\uffff", "🎵", "👩‍👩‍👧", "é" * 200,
    "愛" * 200, "a " * 100,
    '"' * 200,
    "שלום مرحبا", "ﷺ" * 50, "\uff11\uff12", " ", "\t", "IN RANGE", "true",
]  # fmt: skip


@pytest.mark.parametrize("path", ["/v1/search", "/v1/search/suggest"])
async def test_it_is_words_like_any(sqlite_search: Search, path: str) -> None:
    search = sqlite_search
    await search.track(await search.artist("Ann"), "Secret song")
    await search.until_indexed()
    for typed in HOSTILE:
        response = await search.client.get(URL(path).with_query(q=typed))
        assert response.status == 200, (typed, await response.text())
        said = await response.json()
        assert not said["degraded"], typed
        assert {item["kind"] for item in said["items"]} <= {"track", "artist"}
    assert not [*(search.state / "search").glob("*/suspect")]


@pytest.mark.parametrize(
    "query",
    [
        "", "q=", f"q={'a' * 201}", "q=a&q=b", "q=a&limit=0", "q=a&limit=51", "q=a&kind=user",
        "q=a&year=-1", "q=a&year=x", "q=a&year=99999", "q=a&duration=long", "q=a&genre=",
        "q=a&sort=plays", "q=a&cursor=", "q=a&cursor=%00", "q=a&language=",
        f"q=a&genre={'a' * 65}", "q=a&limit=1e1", "q=a&offset=5",
    ],
)  # fmt: skip
async def test_what_cannot_be_asked(sqlite_search: Search, query: str) -> None:
    search = sqlite_search
    url = URL(f"/v1/search?{query}", encoded=True)
    response = await search.client.get(url)
    assert response.status == 400
    assert (await response.json())["code"] == "query_invalid"


async def test_a_cursor_of_nobody(sqlite_search: Search) -> None:
    response = await sqlite_search.client.get("/v1/search?q=a&cursor=AAAA")
    assert (response.status, (await response.json())["code"]) == (404, "cursor_unknown")


@pytest.mark.parametrize("raw", ["%ed%a0%80", "%ff", "a%ed%b0%80b", "%F4%90%80%80", "%c0%80"])
async def test_bytes_that_are_no_text(sqlite_search: Search, raw: str) -> None:
    search = sqlite_search
    await search.until_indexed()
    for path in ("/v1/search", "/v1/search/suggest"):
        response = await search.client.get(URL(f"{path}?q={raw}", encoded=True))
        assert response.status in {200, 400}
        filtered = await search.client.get(
            URL(f"/v1/search?q=a&genre={raw}&language={raw}", encoded=True)
        )
        assert filtered.status in {200, 400}


@settings(
    max_examples=200, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
async def test_nothing_fails(sqlite_search: Search, text: str) -> None:
    search = sqlite_search
    for path in ("/v1/search", "/v1/search/suggest"):
        response = await search.client.get(URL(path).with_query(q=text))
        assert response.status == 200, text
