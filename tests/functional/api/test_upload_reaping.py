"""Uploads that nobody finishes."""

import dataclasses
import time

import pytest

from origin.companion.uploads.reaping import reap
from tests.functional.api.sending import SOUND, is_stored, queued, told
from tests.functional.api.service import Service
from tests.functional.api.test_tus import ask, make, patch, upload_in

A_DAY_S = 25 * 3600.0


async def test_what_nobody_goes_on_with_goes(service: Service) -> None:
    ann = await service.user()
    paths = [await make(service, ann) for _ in range(3)]
    await patch(service, ann, paths[0], 0, SOUND[:5000])
    await patch(service, ann, paths[1], 0, SOUND)
    assert await reap(service.uploads) == 0
    later = dataclasses.replace(service.uploads, clock=lambda: time.time() + A_DAY_S)
    assert await reap(later) == 2
    assert await reap(later) == 0
    assert not list(service.media.rglob("*#0"))
    states = [(await service.get(upload_in(path), ann))["state"] for path in paths]
    assert states == ["expired", "complete", "expired"]
    gone = {upload_in(paths[number]).rpartition("/")[2] for number in (0, 2)}
    assert set(await told(service, "upload.expired")) == gone
    assert (await ask(service, ann, "HEAD", paths[0])).status == 410
    assert len(await queued(service)) == 1


async def test_parts_of_which_nobody_makes_a_whole_go(service: Service) -> None:
    ann = await service.user()
    paths = [await make(service, ann, 5000, Upload_Concat="partial") for _ in range(2)]
    await patch(service, ann, paths[0], 0, SOUND[:5000])
    later = dataclasses.replace(service.uploads, clock=lambda: time.time() + A_DAY_S)
    assert await reap(later) == 2
    assert await reap(later) == 0
    assert (await service.get("/v1/uploads", ann))["items"] == []
    assert not [path for path in service.media.rglob("*") if path.is_file()]


async def test_what_is_whole_is_completed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a process leaves it that was killed in its last step."""
    ann = await service.user()
    path = await make(service, ann, len(SOUND))

    async def killed(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("origin.companion.uploads.surroundings.finish", killed)
    assert (await patch(service, ann, path, 0, SOUND)).status == 500
    monkeypatch.undo()
    assert await queued(service) == []
    later = dataclasses.replace(service.uploads, clock=lambda: time.time() + A_DAY_S)
    assert await reap(later) == 0
    done = await service.get(upload_in(path), ann)
    assert done["state"] == "complete"
    assert is_stored(service, done, SOUND)
    assert len(await queued(service)) == 1
