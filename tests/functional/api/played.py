"""Listening, as a player's beacons tell it, by a clock that tests set."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select, update
from sqlalchemy.sql.elements import ColumnElement

from origin.app import create_app
from origin.companion.catalogue.tables import tracks
from origin.companion.composition import Companion
from origin.companion.media import Media
from tests.functional.api.catalogue import Item, artist, track
from tests.functional.api.service import Service, User

NOON_S = 1_800_014_400.0  # 2027-01-15, 12:00 UTC
TODAY = int(NOON_S // 86_400)


@dataclass
class Player:
    """A process of the API, which somebody listens by."""

    service: Service
    now_s: float = NOON_S

    @property
    def companion(self) -> Companion:
        return self.service.companion

    async def tell(
        self, *plays: dict[str, Any], agent: str = "player", by: User | None = None
    ) -> list[Any]:
        """Send beacons; return what became of them."""
        response = await self.service.ask(
            "POST", "/v1/plays", by, {"plays": list(plays)}, {"User-Agent": agent}
        )
        assert response.status == 200, await response.text()
        found: list[Any] = (await response.json())["plays"]
        return found

    async def begin(self, track_id: str, count: int = 1, agent: str = "player") -> list[str]:
        """Return tickets of now."""
        outcomes = await self.tell(*[{"track_id": track_id}] * count, agent=agent)
        assert {one["state"] for one in outcomes} == {"begun"}
        return [one["ticket"] for one in outcomes]

    async def end(
        self, track_id: str, tickets: Sequence[str], heard_s: float = 30, agent: str = "player"
    ) -> list[str]:
        """Show tickets; return the states, or the reasons against them."""
        told = [{"track_id": track_id, "ticket": one, "heard_s": heard_s} for one in tickets]
        return [one["reason"] or one["state"] for one in await self.tell(*told, agent=agent)]

    async def hear(self, track_id: str, count: int = 1, agent: str = "player") -> list[str]:
        """Hear 30 s of a track so many times."""
        tickets = await self.begin(track_id, count, agent)
        self.now_s += 30
        return await self.end(track_id, tickets, agent=agent)

    async def write(self) -> int:
        """Write down what is held."""
        return await self.companion.playing.writer.write()


@asynccontextmanager
async def player(service: Service) -> AsyncIterator[Player]:
    """Run another process over the same database."""
    made = Player(service)
    companion = Companion(service.database, Media(service.store), clock=lambda: made.now_s)
    app = create_app(service.store, companion=companion)
    async with TestClient(TestServer(app)) as client:
        made.service = replace(service, client=client, companion=companion)
        yield made


async def song(service: Service, title: str = "Song", **said: Any) -> tuple[User, Item]:
    """Make a track that plays; return whose it is, too."""
    ann = await service.user(number=len(title))
    return ann, await track(service, ann, await artist(service, ann, title.lower()), title, **said)


async def lasts(service: Service, track_id: str, duration_s: float | None) -> None:
    """Let a track be so long."""
    async with service.database.change() as connection:
        changed = update(tracks).where(tracks.c.id == track_id).values(duration_s=duration_s)
        await connection.execute(changed)


async def number(service: Service, what: Any, *conditions: ColumnElement[bool]) -> int:
    """Return how many rows there are."""
    async with service.database.look_now() as connection:
        rows = select(func.count()).select_from(what).where(*conditions)
        return int(await connection.scalar(rows) or 0)


async def play_count(service: Service, track_id: str) -> int:
    """Return how often a track was played, as everybody sees it."""
    return int((await service.get(f"/v1/tracks/{track_id}"))["play_count"])
