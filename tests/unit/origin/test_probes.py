"""Whoever asks whether a process is ready does not ask the store each time."""

import asyncio
from dataclasses import dataclass

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application

from origin.delivery import probes, problem
from origin.delivery.draining import Draining
from origin.delivery.errors import DatabaseUnavailable, StoreUnavailable
from origin.delivery.probes import Probes


@dataclass
class Store:
    """One that counts how often it is asked."""

    asked: int = 0
    is_there: bool = True

    async def check(self) -> None:
        """Take a moment."""
        self.asked += 1
        await asyncio.sleep(0.02)
        if not self.is_there:
            raise StoreUnavailable("It is not there.")


async def test_who_asks_at_once_asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "KEPT_S", 0.3)
    store, app = Store(), Application()
    Probes([store, Store()], Draining()).add_routes(app)
    async with TestClient(TestServer(app)) as client:
        answers = await asyncio.gather(*(client.get("/readyz") for _ in range(200)))
        assert {answer.status for answer in answers} == {200}
        assert store.asked == 1
        store.is_there = False
        await asyncio.sleep(0.4)
        said = [await (await client.get("/readyz")).text() for _ in range(20)]
        assert said == ["ok\nstore 1 of 2 does not answer\n"] * 20
        assert store.asked == 2


@dataclass
class Database(Store):
    """The same, of rows."""

    async def check(self) -> None:
        """Take a moment."""
        try:
            await super().check()
        except StoreUnavailable as error:
            raise DatabaseUnavailable from error


async def test_a_database_is_asked_once_too_and_nothing_is_ready_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(probes, "KEPT_S", 0.3)
    database, app = Database(), Application(middlewares=[problem.middleware])
    Probes([Store()], Draining(), database).add_routes(app)
    async with TestClient(TestServer(app)) as client:
        answers = await asyncio.gather(*(client.get("/readyz") for _ in range(200)))
        assert {answer.status for answer in answers} == {200}
        assert database.asked == 1
        database.is_there = False
        await asyncio.sleep(0.4)
        answers = await asyncio.gather(*(client.get("/readyz") for _ in range(200)))
        assert {answer.status for answer in answers} == {503}
        assert database.asked == 2
