"""A creator's way, as the README tells it: one program, one folder, and what was uploaded plays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tusclient.client import TusClient

from tests.acceptance.creating import Creator, found, plays, prepared, stranger
from tests.functional.supervising import embedded, until

CHUNK_BYTES = 200_000


@pytest.fixture(scope="module")
def creator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Creator]:
    folder = tmp_path_factory.mktemp("creator")
    state = folder / "state"
    with embedded(state, folder / "log") as server:
        prepared(state, "user", "add", "Ann", "--role", "creator")
        yield Creator(server.url, prepared(state, "key", "add", "Ann"))


@pytest.fixture(scope="module")
def artist_id(creator: Creator) -> str:
    draft = {"name": "Sigur Rós", "handle": "sigur-ros"}
    return str(creator.ask("POST", "/v1/artists", draft)["id"])


def test_what_is_sent_by_one_put_is_found_and_plays(
    creator: Creator, artist_id: str, music: Path
) -> None:
    track = {"artist_id": artist_id, "title": "Hoppípolla", "visibility": "public"}
    upload = creator.ask("POST", "/v1/uploads", {"name": "song.wav", "track": track})
    creator.ask("PUT", upload["send"]["put"], content=music.read_bytes())
    asset = creator.becomes_ready(upload["asset_id"])
    assert asset["playback_ids"] == [{"id": upload["playback_id"]}]
    hit = found(creator, "hopipolla")
    assert (hit["id"], hit["playback_id"]) == (upload["track_id"], upload["playback_id"])
    path = f"/v1/tracks/{upload['track_id']}"
    until(lambda: stranger(creator, path)["duration_s"] is not None)  # a moment after it is ready
    listed = stranger(creator, "/v1/tracks?limit=99")["items"]
    (mine,) = [each for each in listed if each["id"] == upload["track_id"]]
    assert mine["duration_s"] == pytest.approx(asset["duration_s"])
    plays(creator, upload["playback_id"])


@pytest.mark.long
def test_what_is_sent_in_pieces_is_found_once_it_is_published(
    creator: Creator, artist_id: str, music: Path
) -> None:
    client = TusClient(f"{creator.url}/v1/uploads/tus", headers=creator.headers)
    with music.open("rb") as file:
        sender = client.uploader(
            file_stream=file, chunk_size=CHUNK_BYTES, metadata={"filename": "saeglopur.wav"}
        )
        sender.upload()
    upload_id = str(sender.url).removesuffix("/tus").rpartition("/")[2]
    upload = creator.ask("GET", f"/v1/uploads/{upload_id}")
    creator.becomes_ready(upload["asset_id"])
    draft = {
        "artist_id": artist_id, "title": "Sæglópur", "asset_id": upload["asset_id"],
        "visibility": "public",
    }  # fmt: skip
    track = creator.ask("POST", "/v1/tracks", draft)
    hit = found(creator, "saeglop")
    assert (hit["id"], hit["playback_id"]) == (track["id"], upload["playback_id"])
    plays(creator, upload["playback_id"])
