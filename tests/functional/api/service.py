"""The API as a client meets it, over either database."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from aiohttp.web import Application, Request
from obstore.store import MemoryStore
from sqlalchemy import Select, text

from cdn.signing.keys import Algorithm, new_signing_key
from origin.companion.composition import Companion
from origin.companion.database import Database
from origin.companion.identity.keys import ID_BYTES, SECRET_BYTES, NewKey, add_key
from origin.companion.identity.new_ids import new_random_id
from origin.companion.identity.principal import ALL_SCOPES, Role, Scope
from origin.companion.identity.users import add_user
from origin.companion.uploads.surroundings import Surroundings

NOW_S = 1_800_000_000.0
SIGNING_KEY = new_signing_key(Algorithm.ES256)
"""Of playback tokens."""

over_sqlite_alone = pytest.mark.parametrize("service", ["sqlite"], indirect=True)
"""For what is decided before anything is asked of a database."""


@dataclass(frozen=True)
class User:
    """Somebody with a key."""

    id: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        """What shows who they are."""
        return {"Authorization": f"Bearer {self.key}"}


@dataclass
class Service:
    """A running API, its client, its database, and the folder that sources go to."""

    client: TestClient[Request, Application]
    database: Database
    companion: Companion
    media: Path
    uploads: Surroundings
    store: MemoryStore

    async def user(
        self, role: Role = Role.CREATOR, scopes: frozenset[Scope] = ALL_SCOPES, number: int = 0
    ) -> User:
        """Make a user with a key."""
        user_id = new_random_id()
        key = NewKey.of((user_id.encode() + bytes([number]) + bytes(64))[: ID_BYTES + SECRET_BYTES])
        async with self.database.change() as connection:
            await add_user(connection, user_id, name="Ann", role=role, now_s=NOW_S)
            await add_key(connection, key, user_id, name="test", scopes=scopes, now_s=NOW_S)
        return User(user_id, key.text)

    async def ask(
        self,
        method: str,
        path: str,
        by: User | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> ClientResponse:
        """Send a request."""
        shown = {} if by is None else by.headers
        return await self.client.request(
            method, path, json=json, headers={**shown, **(headers or {})}
        )

    async def get(self, path: str, by: User | None = None, status: int = 200) -> Any:
        """Return what a GET gives."""
        response = await self.ask("GET", path, by)
        assert response.status == status, await response.text()
        return await response.json()

    async def post(self, path: str, by: User | None, json: object, status: int = 201) -> Any:
        """Return what a POST gives."""
        response = await self.ask("POST", path, by, json)
        assert response.status == status, await response.text()
        return await response.json()

    async def plan(self, query: Select[Any]) -> str:
        """Return how the database goes about a query, with few rows or many."""
        dialect = self.database.primary.dialect
        literal = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        how = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
        async with self.database.change() as connection:  # what is set, is set for a transaction
            if dialect.name != "sqlite":
                for method in ("seqscan", "sort"):  # which few rows may be worth
                    await connection.execute(text(f"SET LOCAL enable_{method} = off"))
            rows = await connection.execute(text(f"{how} {literal}"))
            return "\n".join(str(row) for row in rows)
