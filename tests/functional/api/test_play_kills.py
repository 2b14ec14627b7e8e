"""A process that is killed outright, or whose database goes away, with plays that it holds."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from origin.companion.plays import rows
from origin.companion.plays.tables import play_days, play_marks
from tests.functional.api.played import lasts, number, play_count, player, song
from tests.functional.api.service import Service
from tests.servers.dying_plays import SEAMS

REPOSITORY = Path(__file__).parents[3]
DURATION_S = 0.5


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


async def beacons(base: str, *plays: dict[str, Any]) -> list[Any]:
    async with ClientSession() as session:
        response = await session.post(base + "/v1/plays", json={"plays": plays})
        assert response.status == 200
        found: list[Any] = (await response.json())["plays"]
        return found


async def heard(base: str, track_id: str, tickets: list[str]) -> list[str]:
    told = [{"track_id": track_id, "ticket": one, "heard_s": DURATION_S} for one in tickets]
    return [one["reason"] or one["state"] for one in await beacons(base, *told)]


@pytest.mark.long_unless("sqlite-written")
@pytest.mark.parametrize("seam", SEAMS)
async def test_a_kill_loses_the_last_second_at_most_and_doubles_nothing(
    service: Service, request: pytest.FixtureRequest, seam: str
) -> None:
    is_sqlite = service.database.primary.dialect.name == "sqlite"
    url = [] if is_sqlite else [request.getfixturevalue("postgres_url")]
    _, made = await song(service)
    track_id = made["id"]
    await lasts(service, track_id, DURATION_S)
    folder = str(service.media.parent)
    command = [sys.executable, "-m", "tests.servers.dying_plays", folder, seam, *url]
    with running(command) as process:
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        given = await beacons(base, *[{"track_id": track_id}] * 6)
        tickets = [one["ticket"] for one in given]
        await asyncio.sleep(DURATION_S)
        assert await heard(base, track_id, tickets[:3]) == ["counted"] * 3
        deadline = time.monotonic() + 20
        while await number(service, play_marks) < 3:  # written within about a second
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        assert await heard(base, track_id, tickets[3:]) == ["counted"] * 3
        assert await asyncio.to_thread(process.wait, 20) == -9
    written = await play_count(service, track_id)
    assert written == (6 if seam == "written" else 3)
    assert await number(service, play_marks) == written
    async with player(service) as other:
        other.now_s = time.time()
        told = [{"track_id": track_id, "ticket": one, "heard_s": DURATION_S} for one in tickets]
        outcomes = await other.tell(*told)
        assert [one["state"] for one in outcomes].count("counted") == 6 - written
        await other.write()
    assert await play_count(service, track_id) == 6


async def test_plays_are_held_while_the_database_is_away(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, made = await song(service)
    async with player(service) as here:
        assert await here.hear(made["id"], 3) == ["counted"] * 3
        add_to_days = rows._add_to_days  # noqa: SLF001 where it goes away

        async def away(*arguments: Any) -> None:
            await add_to_days(*arguments)
            raise TimeoutError

        monkeypatch.setattr(rows, "_add_to_days", away)
        with pytest.raises(Exception, match="database"):
            await here.write()
        assert len(here.companion.playing.buffer) == 3
        assert await number(service, play_marks) == await number(service, play_days) == 0
        monkeypatch.undo()
        assert await here.write() == 3
    assert await play_count(service, made["id"]) == 3
