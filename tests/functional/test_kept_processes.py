"""Two programs over one database: what one changes, the other does not give for long."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.functional.scraping import samples
from tests.servers.seaweedfs import free_ports
from tests.servers.soundbridge import running, soundbridge, soundbridge_here, url_said
from tests.servers.valkey import Valkey
from tests.tries import tries

BOUND_S = 1.0
HIT = "soundbridge; hit"


@pytest.mark.long
@pytest.mark.parametrize("with_cache", [pytest.param(False, marks=pytest.mark.long), True])
def test_a_change_is_seen_at_once_here_and_within_a_second_there(
    tmp_path: Path, cache: Valkey, *, with_cache: bool
) -> None:
    state, (port,) = tmp_path / "state", free_ports(1)
    done = soundbridge_here("admin", "user", "add", "Ann", "--role", "creator", "--state", state)
    assert done.returncode == 0, done.stderr
    key = soundbridge_here("admin", "key", "add", "Ann", "--state", state).stdout.strip()
    options = ["--state", str(state), "--port", "0", "--no-packager"]
    options += ["--cache", cache.url] if with_cache else []
    with (
        running("serve", *options, "--metrics-port", str(port)) as one,
        running("serve", *options) as other,
    ):
        here, there = url_said(one), url_said(other)
        asyncio.run(changed(here, there, key))
        for arguments in ([], ["user"]):
            done = soundbridge("admin", "forget", *arguments, "--state", state)
            assert "user:*" in done.stdout, done.stderr
            asyncio.run(read_anew(here, there))
        counted = samples(f"http://127.0.0.1:{port}/metrics")
    assert counted["soundbridge_api_answers_kept"] == 2
    assert counted["soundbridge_api_answers_bytes"] > 1_000
    assert counted["soundbridge_api_answers_changed_total,kind=user"] >= 3
    assert counted["soundbridge_cache_requests_total,class=public-api,outcome=hit,tier=memory"] >= 1


async def read_anew(*urls: str) -> None:
    await asyncio.sleep(BOUND_S)
    async with ClientSession() as client:
        for url in urls:
            async with client.get(f"{url}/v1/artists") as response:
                assert response.headers["Cache-Status"] != HIT
            said = ""
            for _ in tries(BOUND_S):  # after which it would be read anew
                for _turn in range(2):
                    async with client.get(f"{url}/v1/artists") as response:
                        said = response.headers["Cache-Status"]
            assert said == HIT


async def changed(here: str, there: str, key: str) -> None:
    bearer = {"Authorization": f"Bearer {key}"}
    async with ClientSession() as client:

        async def get(url: str) -> tuple[Any, str]:
            async with client.get(url + path) as response:
                return (await response.json())["name"], response.headers["Cache-Status"]

        draft = {"name": "Ann", "handle": "ann"}
        async with client.post(f"{here}/v1/artists", json=draft, headers=bearer) as response:
            path = response.headers["Location"]
        for url in (here, there):
            said = ("", "")
            for _ in tries(BOUND_S):  # after which it would be read anew
                assert (await get(url))[0] == "Ann"
                said = await get(url)
            assert said == ("Ann", HIT)
        for name in ("Bea", "Cid"):
            async with client.patch(here + path, json={"name": name}, headers=bearer) as response:
                assert response.status == 200
            assert (await get(here))[0] == name
            await asyncio.sleep(BOUND_S)
            assert (await get(there))[0] == name
