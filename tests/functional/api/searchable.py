"""What can be found, written as the catalogue does: rows, and an event in the same transaction."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from obstore.store import MemoryStore
from pydantic import TypeAdapter
from sqlalchemy import Table, insert, select, update
from yarl import URL

from origin.app import create_app
from origin.companion.access import Access, Budgets
from origin.companion.caching.answers import Answers
from origin.companion.catalogue import events
from origin.companion.catalogue.tables import albums, artists, track_tags, tracks
from origin.companion.catalogue.words import Word
from origin.companion.composition import Companion
from origin.companion.database import Database
from origin.companion.identity.keys import ID_BYTES, SECRET_BYTES, NewKey, add_key
from origin.companion.identity.new_ids import new_random_id
from origin.companion.identity.principal import ALL_SCOPES, Role
from origin.companion.identity.users import add_user
from origin.companion.media import Media
from origin.companion.search.opening import open_search
from origin.companion.search.patience import Patience
from origin.database.engine import open_database
from origin.database.sqlite import open_sqlite_reader
from packager.queue.tables import assets
from tests.functional.api.service import NOW_S

WITHIN_S = 20.0
UNBOUNDED = Access(budgets=Budgets(0, 0))
"""Tests ask again and again until something is found."""

PATIENT = Patience(index_s=WITHIN_S, whole_s=WITHIN_S)
"""What is found is asked here, on a machine that may stand still; for how long, elsewhere."""

WORD: TypeAdapter[str] = TypeAdapter(Word)
TABLES = {"track": tracks, "artist": artists, "album": albums}


@asynccontextmanager
async def opened_database(state: Path, url: str | None) -> AsyncIterator[Database]:
    """Give the block a database, with the readers that a process has."""
    async with AsyncExitStack() as opened:
        engine = await opened.enter_async_context(open_database(state, url))
        readers = []
        if url is None:
            readers = [await opened.enter_async_context(open_sqlite_reader(state))]
        yield Database(engine, readers)


@asynccontextmanager
async def searching(
    database: Database, state: Path, patience: Patience = PATIENT, answers: Answers | None = None
) -> AsyncIterator["Search"]:
    """Run the API with search over a database; ``answers`` keep what is found."""
    store = MemoryStore()
    async with open_search(database, state, patience) as finding:
        companion = Companion(database, Media(store), UNBOUNDED, finding=finding, answers=answers)
        async with TestClient(TestServer(create_app(store, companion=companion))) as client:
            yield Search(database=database, client=client, state=state)


@dataclass(kw_only=True)
class Catalogue:
    """What there is to find."""

    database: Database
    owner_id: str | None = None

    async def artist(self, name: str, **values: Any) -> str:
        """Make an artist."""
        row = {
            "id": new_random_id(),
            "user_id": await self._owner(),
            "name": name,
            "handle": new_random_id(),
            "description": "",
            **_times(),
        }
        return await self._add(artists, "artist", row | values)

    async def album(self, artist_id: str, title: str, **values: Any) -> str:
        """Make an album."""
        row = {"kind": "album", **await self._work(artist_id, title)}
        return await self._add(albums, "album", row | values)

    async def track(
        self,
        artist_id: str,
        title: str,
        *,
        tags: Iterable[str] = (),
        plays: bool = True,
        **values: Any,
    ) -> str:
        """Make a track, which plays unless told otherwise."""
        row = {"play_count": 0, **await self._work(artist_id, title)} | values
        row["asset_id"] = await self._asset("{}" if plays else None)
        return await self._add(tracks, "track", row, tags)

    async def play(self, track_id: str) -> None:
        """Let what is packaged of a track play."""
        its = select(tracks.c.asset_id).where(tracks.c.id == track_id).scalar_subquery()
        async with self.database.change() as connection:
            await connection.execute(
                update(assets).where(assets.c.asset_id == its).values(entry="{}")
            )

    async def _asset(self, entry: str | None) -> str:
        asset_id = new_random_id()
        zeros = dict.fromkeys(("fence", "stored_fence", "publications"), 0)
        row = {"asset_id": asset_id, "playback_id": f"p{asset_id}", "entry": entry, **zeros}
        async with self.database.change() as connection:
            await connection.execute(insert(assets).values(row))
        return asset_id

    async def change(self, kind: str, entity_id: str, **values: Any) -> None:
        """Say something else of it."""
        table = TABLES[kind]
        if values.keys() & {"visibility", "deleted_s"} and kind != "artist":
            values["listed_s"] = None
        async with self.database.change() as connection:
            await connection.execute(update(table).where(table.c.id == entity_id).values(values))
            happened = "deleted" if "deleted_s" in values else "changed"
            await events.tell(connection, f"{kind}.{happened}", entity_id, "x", {}, now_s=NOW_S)

    async def _add(
        self, table: Table, kind: str, row: dict[str, Any], tags: Iterable[str] = ()
    ) -> str:
        entity_id: str = row["id"]
        if row.get("genre") is not None:
            row["genre"] = WORD.validate_python(row["genre"])
        if kind != "artist":
            row["listed_s"] = NOW_S if row["visibility"] == "public" else None
        async with self.database.change() as connection:
            await connection.execute(insert(table).values(row))
            for tag in tags:
                await connection.execute(
                    insert(track_tags).values(track_id=entity_id, tag=WORD.validate_python(tag))
                )
            await events.tell(connection, f"{kind}.created", entity_id, "x", {}, now_s=NOW_S)
        return entity_id

    async def _work(self, artist_id: str, title: str) -> dict[str, Any]:
        return {
            "id": new_random_id(),
            "user_id": await self._owner(),
            "artist_id": artist_id,
            "title": title,
            "description": "",
            "explicit": False,
            "visibility": "public",
            **_times(),
        }

    async def _owner(self) -> str:
        if self.owner_id is None:
            self.owner_id = new_random_id()
            async with self.database.change() as connection:
                await add_user(
                    connection, self.owner_id, name="Ann", role=Role.CREATOR, now_s=NOW_S
                )
        return self.owner_id


@dataclass(kw_only=True)
class Search(Catalogue):
    """A running search over it; the index is in ``state``."""

    client: TestClient[Request, Application]
    state: Path

    async def found(self, query: str, **said: str | int) -> Any:
        """Return what a search gives."""
        return await self.asked("/v1/search", {"q": query, **said})

    async def delete(self, path: str) -> None:
        """Delete something over HTTP, as its owner does."""
        owner_id = await self._owner()
        key = NewKey.of(token_bytes(ID_BYTES + SECRET_BYTES))
        async with self.database.change() as connection:
            await add_key(connection, key, owner_id, name="test", scopes=ALL_SCOPES, now_s=NOW_S)
        shown = {"Authorization": f"Bearer {key.text}"}
        response = await self.client.delete(path, headers=shown)
        assert response.status == 204, await response.text()

    async def suggested(self, query: str) -> Any:
        """Return what is suggested."""
        return await self.asked("/v1/search/suggest", {"q": query})

    async def asked(self, path: str, query: dict[str, str | int]) -> Any:
        """Return what a GET gives."""
        url = URL(path).with_query(query)
        response = await self.client.get(url)
        assert response.status == 200, await response.text()
        return await response.json()

    async def titles(self, query: str, **said: str | int) -> list[str]:
        """Return the titles of what is found."""
        return [item["title"] for item in (await self.found(query, **said))["items"]]

    async def until(self, holds: Callable[[Any], bool], query: str, **said: str | int) -> Any:
        """Search until what is found is as it should be."""
        found = None
        try:
            async with asyncio.timeout(WITHIN_S):
                while not holds(found := await self.found(query, **said)):  # noqa: ASYNC110 it is told to nobody
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"In the end, this is found: {found}") from None
        return found

    async def until_indexed(self) -> str:
        """Wait for the index, and for all that was told until now.

        Returned is the name of what that was seen by; it is about to leave the index again.
        """
        name = f"sentinel{new_random_id()}"
        artist_id = await self.artist(name)
        await self.until(
            lambda said: not said["degraded"] and bool(said["items"]), name, kind="artist"
        )
        await self.change("artist", artist_id, deleted_s=NOW_S)
        return name


def _times() -> dict[str, Any]:
    return {"created_s": NOW_S, "updated_s": NOW_S, "version": 1}
