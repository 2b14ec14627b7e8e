"""A client of tus that others wrote, tuspy: it speaks with this server as with any."""

import asyncio
from pathlib import Path

from tusclient.client import TusClient

from tests.functional.api.sending import SOUND, is_stored, queued
from tests.functional.api.service import Service

CHUNK_BYTES = 300_000


async def test_tuspy_sends_a_file_and_goes_on_later(service: Service, tmp_path: Path) -> None:
    ann = await service.user()
    song = tmp_path / "song.wav"
    song.write_bytes(SOUND)
    client = TusClient(str(service.client.make_url("/v1/uploads/tus")), headers=ann.headers)

    def begin() -> str:
        with song.open("rb") as file:
            uploader = client.uploader(
                file_stream=file,
                chunk_size=CHUNK_BYTES,
                metadata={"filename": "söng.wav"},
                upload_checksum=True,
            )
            uploader.upload(stop_at=CHUNK_BYTES)
            assert uploader.offset == CHUNK_BYTES
            return str(uploader.url)

    def go_on(url: str) -> None:
        with song.open("rb") as file:
            uploader = client.uploader(file_stream=file, chunk_size=CHUNK_BYTES, url=url)
            assert uploader.offset == CHUNK_BYTES
            uploader.upload()

    url = await asyncio.to_thread(begin)
    await asyncio.to_thread(go_on, url)
    upload_id = url.removesuffix("/tus").rpartition("/")[2]
    done = await service.get(f"/v1/uploads/{upload_id}", ann)
    assert (done["state"], done["name"]) == ("complete", "söng.wav")
    assert is_stored(service, done, SOUND)
    assert len(await queued(service)) == 1
