"""How long a search may take, before it is refused."""

import pytest

from origin.companion.search.patience import Patience
from tests.functional.api.searchable import Search, searching


@pytest.mark.parametrize("path", ["/v1/search?q=song", "/v1/search/suggest?q=so"])
@pytest.mark.parametrize("patience", [Patience(index_s=0.0), Patience(whole_s=0.0)])
async def test_a_search_that_takes_too_long_is_refused_and_others_are_not(
    sqlite_search: Search, patience: Patience, path: str
) -> None:
    await sqlite_search.track(await sqlite_search.artist("Ann"), "Other")
    await sqlite_search.until_indexed()
    database, state = sqlite_search.database, sqlite_search.state
    async with searching(database, state, patience) as hurried:
        response = await hurried.client.get(path)
        assert response.status == 503
        assert (await response.json())["code"] == "search_busy"
        assert int(response.headers["Retry-After"]) > 0
        assert response.headers["Cache-Control"] == "no-store"
        assert (await hurried.client.get("/v1/tracks")).status == 200
    assert (await sqlite_search.client.get(path)).status == 200


async def test_a_search_has_seconds(sqlite_search: Search) -> None:
    await sqlite_search.track(await sqlite_search.artist("Ann"), "Song")
    await sqlite_search.until_indexed()
    database, state = sqlite_search.database, sqlite_search.state
    async with searching(database, state, Patience()) as search:
        assert await search.titles("song", kind="track") == ["Song"]
