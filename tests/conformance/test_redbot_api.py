"""REDbot finds nothing wrong with what is served beside what plays: pages, pictures, the API.

What is one user's own is asked for with that user's key.
"""

import hashlib
import json
import time
import urllib.request
from pathlib import Path

import pytest
from obstore.store import LocalStore

from benchmarks.api.mix import made
from cdn.policy.object_class import ObjectClass
from manifests.layout import TrackArtwork
from tests.conformance.redbot_said import Said, said_of
from tests.servers.soundbridge import running, url_said
from tests.sources.pictures import picture, saved

pytestmark = pytest.mark.long

PATHS = [
    "/docs", "/openapi.json", "/sign-in", "/sw.js", "/favicon.ico", "/upload", "/mine",
]  # fmt: skip
PUBLIC = [
    "/v1/tracks", "/v1/artists", "/v1/albums", "/v1/search?q=s", "/v1/search/suggest?q=s",
]  # fmt: skip
OWN = ["/v1/me"]
SIZE_PX = 320
TRACKS = 200
WITHIN_S = 60.0
SEEN = (ObjectClass.PRIVATE, ObjectClass.ARTWORK, ObjectClass.PUBLIC_API)


def put_picture(state: Path) -> str:
    """Put a picture where a server keeps its media; return its path."""
    content = saved(picture(SIZE_PX, SIZE_PX))
    key = TrackArtwork("track", "picture").key(SIZE_PX, hashlib.sha256(content).hexdigest())
    LocalStore(state / "media", mkdir=True).put(key, content)
    return f"/{key}"


def fill(url: str, key: str) -> None:
    """Have something in each list: of an answer of 96 bytes REDbot asks for all as a part."""

    def asked(path: str, said: object = None) -> bytes:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        body = None if said is None else json.dumps(said).encode()
        request = urllib.request.Request(url + path, body, headers)  # noqa: S310 ours
        with urllib.request.urlopen(request) as answer:  # noqa: S310 ours
            return bytes(answer.read())

    artist_id = json.loads(asked("/v1/artists"))["items"][0]["id"]
    album = {"title": "A long evening", "artist_id": artist_id, "visibility": "public"}
    asked("/v1/albums", album)
    until_s = time.monotonic() + WITHIN_S
    while len(asked("/v1/search/suggest?q=s")) < 200:
        assert time.monotonic() < until_s, "nothing is suggested"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[Said]:
    folder = tmp_path_factory.mktemp("redbot-api")
    state = folder / "state"
    key = made(state, TRACKS, seed=1)
    paths = [*PATHS, *PUBLIC, put_picture(state)]
    with running("serve", "--state", state, "--port", "0", "--no-packager") as server:
        url = url_said(server)
        fill(url, key)
        return [
            *said_of([f"{url}{path}" for path in paths], paths),
            *said_of([f"{url}{path}" for path in OWN], OWN, f"Bearer {key}"),
        ]


def test_redbot_has_seen_each(said: list[Said]) -> None:
    assert {*PATHS, *PUBLIC, *OWN} < {each.path for each in said}
    assert {each.status for each in said} == {200}
    tags = {tag for each in said for tag in each.tags}
    assert {f"class-{each}" for each in SEEN} <= tags


def test_redbot_finds_nothing_bad(said: list[Said]) -> None:
    assert [note for each in said for note in each.of_level("bad")] == []


def test_redbot_warns_of_nothing(said: list[Said]) -> None:
    assert [note for each in said for note in each.of_level("warning")] == []
