"""What an operator takes away at the command line, beside a server that runs."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select, update

from origin.companion.identity.tables import audit
from origin.companion.uploads.tables import uploads
from origin.database.engine import open_database
from tests.acceptance.creating import Creator, admin, found, stranger
from tests.functional.supervising import embedded, until
from tests.servers.soundbridge import soundbridge


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def creator(state: Path, tmp_path: Path) -> Iterator[Creator]:
    with embedded(state, tmp_path / "log") as server:
        admin(state, "user", "add", "Ann", "--role", "creator")
        yield Creator(server.url, admin(state, "key", "add", "Ann"))


def published(creator: Creator, title: str, sound: Path) -> tuple[str, str]:
    """Upload a track, wait until it is found, and return its id and its playback id."""
    artist = creator.ask("POST", "/v1/artists", {"name": "Ann", "handle": title.lower()})["id"]
    track = {"artist_id": artist, "title": title, "visibility": "public"}
    upload = creator.ask("POST", "/v1/uploads", {"name": "song.wav", "track": track})
    creator.ask("PUT", upload["send"]["put"], content=sound.read_bytes())
    creator.becomes_ready(upload["asset_id"])
    assert found(creator, title)["id"] == upload["track_id"]
    return upload["track_id"], upload["playback_id"]


def is_gone(url: str) -> bool:
    try:
        with urlopen(url, timeout=10):  # noqa: S310 our own server
            return False
    except HTTPError as error:
        return error.code in {404, 410}


@pytest.mark.long
def test_a_track_is_taken_down(creator: Creator, state: Path, music: Path) -> None:
    track_id, playback_id = published(creator, "Bootleg", music)
    listed = admin(state, "track", "list", "--user", "Ann")
    assert listed.startswith(f"{track_id}  public")
    assert listed.endswith("Ann - Bootleg")
    assert playback_id in listed

    admin(state, "track", "delete", track_id, "--keep-asset", "--yes")
    assert is_gone(f"{creator.url}/v1/tracks/{track_id}")
    assert stranger(creator, "/v1/search?q=bootleg")["items"] == []
    assert admin(state, "track", "list") == ""
    assert not is_gone(f"{creator.url}/{playback_id}.m3u8")  # the asset is its owner's still
    again = soundbridge("admin", "track", "delete", track_id, "--yes", "--state", state)
    assert again.returncode == 1
    assert f"There is no track {track_id}" in again.stderr

    asset_ids = [each["id"] for each in creator.ask("GET", "/v1/assets")["items"]]
    artist = creator.ask("POST", "/v1/artists", {"name": "Ann", "handle": "once-more"})["id"]
    draft = {"artist_id": artist, "title": "Again", "asset_id": asset_ids[0]}
    track_id = creator.ask("POST", "/v1/tracks", draft)["id"]
    admin(state, "track", "delete", track_id, "--yes")
    until(lambda: is_gone(f"{creator.url}/{playback_id}.m3u8"))
    assert creator.ask("GET", "/v1/assets")["items"] == []
    assert deeds(state) == 2


def deeds(state: Path) -> int:
    async def run() -> int:
        async with open_database(state, None) as engine, engine.begin() as connection:
            mine = select(func.count()).where(audit.c.action == "deleteTrack")
            return int(await connection.scalar(mine) or 0)

    return asyncio.run(run())


@pytest.mark.long
@pytest.mark.usefixtures("creator")
def test_the_index_is_made_anew(state: Path) -> None:
    indexes = state / "search"
    until(lambda: [each for each in indexes.glob("v*.0*") if each.is_dir()])
    before = {each.name for each in indexes.glob("v*.0*")}
    assert "made anew" in admin(state, "reindex")
    until(lambda: {each.name for each in indexes.glob("v*.0*")}.isdisjoint(before))
    assert not (indexes / "rebuild").exists()


@pytest.mark.long
def test_what_nobody_finished_is_taken_away(creator: Creator, state: Path) -> None:
    kept = creator.ask("POST", "/v1/uploads", {"name": "kept.wav"})["id"]
    late = creator.ask("POST", "/v1/uploads", {"name": "late.wav"})["id"]
    assert admin(state, "reap") == "0 uploads were taken away."

    async def grow_old() -> None:
        async with open_database(state, None) as engine, engine.begin() as connection:
            over = update(uploads).where(uploads.c.id == late).values(expires_s=time.time() - 1)
            await connection.execute(over)

    asyncio.run(grow_old())
    assert admin(state, "reap") == "1 uploads were taken away."
    states = {each["id"]: each["state"] for each in creator.ask("GET", "/v1/uploads")["items"]}
    assert states[late] == "expired"
    assert states[kept] != "expired", json.dumps(states)
