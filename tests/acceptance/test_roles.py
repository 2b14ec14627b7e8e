"""The same program as five, each with only what it needs, over one folder of state."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError

import pytest

from tests.acceptance.creating import Creator, found, plays, prepared, stranger
from tests.functional.supervising import Server, embedded

ROLES = {"auth", "upload", "streaming", "search", "analytics"}
OFFERED = {
    "/healthz": ROLES,
    "/readyz": ROLES,
    "/openapi.json": {"auth"},
    "/": {"streaming"},
    "/upload": {"streaming"},
    "/mine": {"streaming"},
    "/v1/me": {"auth"},
    "/v1/webhooks": {"auth"},
    "/sign-in": {"auth"},
    "/v1/assets": {"upload"},
    "/v1/tracks": {"upload", "search"},
    "/v1/search?q=x": {"search"},
    "/v1/plays": {"analytics"},
}
"""Which roles know an address, whatever they say to who asks for it without a key."""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("roles") / "state"


@pytest.fixture(scope="module")
def servers(state: Path) -> Iterator[Mapping[str, Server]]:
    with ExitStack() as running:
        yield {
            role: running.enter_context(
                embedded(state, state.parent / f"{role}.log", "--role", role)
            )
            for role in sorted(ROLES)
        }


def status(url: str) -> int:
    try:
        stranger(Creator(url, ""), "")
    except HTTPError as refused:
        return refused.code
    except ValueError:  # no JSON, but there
        return 200
    return 200


@pytest.mark.parametrize("path", OFFERED)
def test_a_role_knows_what_is_its_own(servers: Mapping[str, Server], path: str) -> None:
    known = {role for role, server in servers.items() if status(f"{server.url}{path}") != 404}
    assert known == OFFERED[path]


def test_together_they_are_the_whole(
    servers: Mapping[str, Server], state: Path, music: Path
) -> None:
    prepared(state, "user", "add", "Ann", "--role", "creator")
    uploading = Creator(servers["upload"].url, prepared(state, "key", "add", "Ann"))
    at = {role: replace(uploading, url=server.url) for role, server in servers.items()}
    assert at["auth"].ask("GET", "/v1/me")["name"] == "Ann"
    artist = uploading.ask("POST", "/v1/artists", {"name": "Ann", "handle": "ann"})
    track = {"artist_id": artist["id"], "title": "Hoppípolla", "visibility": "public"}
    upload = uploading.ask("POST", "/v1/uploads", {"name": "song.wav", "track": track})
    uploading.ask("PUT", upload["send"]["put"], content=music.read_bytes())
    uploading.becomes_ready(upload["asset_id"])
    assert found(at["search"], "hopipolla")["id"] == upload["track_id"]
    plays(at["streaming"], upload["playback_id"])
    told = at["analytics"].ask("POST", "/v1/plays", {"plays": [{"track_id": upload["track_id"]}]})
    assert told["plays"][0]["state"] == "begun"


def test_the_page_of_one_that_delivers_says_that_there_is_an_api(
    servers: Mapping[str, Server],
) -> None:
    assert b"<html data-api " in servers["streaming"].get("/")


def test_who_only_delivers_has_no_database(tmp_path: Path) -> None:
    with embedded(tmp_path / "state", tmp_path / "log", "--role", "streaming") as server:
        assert server.get("/healthz")
        assert len(server.workers) == 1
        assert [each.name for each in (tmp_path / "state").iterdir()] == ["media"]


@pytest.mark.long
def test_roles_together_have_what_each_has(tmp_path: Path) -> None:
    roles = ("--role", "search", "--role", "streaming")
    with embedded(tmp_path / "state", tmp_path / "log", *roles) as server:
        known = {path for path in OFFERED if status(f"{server.url}{path}") != 404}
    assert known == {path for path, there in OFFERED.items() if there & {"search", "streaming"}}
