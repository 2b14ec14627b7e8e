"""A creator's quota, whichever way of tus the sizes are said in, and however many at once."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from origin.companion.uploads.rules import UploadRules
from tests.functional.api.sending import SOUND
from tests.functional.api.service import Service, User
from tests.functional.api.test_tus import ask, make, offset_of, patch

HALF = len(SOUND) // 2


async def make_unsized(service: Service, by: User) -> str:
    return await make_with(service, by, Upload_Defer_Length="1")


async def make_with(service: Service, by: User, status: int = 201, **said: str) -> str:
    made = await ask(service, by, "POST", "/v1/uploads/tus", **said)
    assert made.status == status, await made.text()
    return made.headers.get("Location", "")


async def part(service: Service, by: User, content: bytes) -> str:
    path = await make(service, by, len(content), Upload_Concat="partial")
    assert (await patch(service, by, path, 0, content)).status == 204
    return path


@contextmanager
def dying_at_the_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let uploads stay under way, as a process leaves them that is killed in its last step."""

    async def killed(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("origin.companion.uploads.surroundings.finish", killed)
        yield


@pytest.mark.parametrize("rules", [UploadRules(quota_bytes=3 * len(SOUND))])
async def test_lengths_that_are_said_at_the_same_time_are_counted(service: Service) -> None:
    ann = await service.user()
    paths = [await make_unsized(service, ann) for _ in range(8)]
    said = {"Upload_Length": str(len(SOUND))}
    answers = await asyncio.gather(
        *(patch(service, ann, path, 0, b"", **said) for path in paths),
    )
    assert Counter(answer.status for answer in answers) == {204: 3, 403: 5}
    for path, answer in zip(paths, answers, strict=True):
        head = await ask(service, ann, "HEAD", path)
        assert ("Upload-Length" in head.headers) == (answer.status == 204)
        if answer.status == 204:
            assert (await patch(service, ann, path, 0, SOUND)).status == 204


@pytest.mark.parametrize("rules", [UploadRules(quota_bytes=2 * len(SOUND))])
async def test_a_length_counts_once_whatever_has_come(service: Service) -> None:
    ann = await service.user()
    path = await make_unsized(service, ann)
    assert (await patch(service, ann, path, 0, SOUND[:HALF])).status == 204
    said = {"Upload_Length": str(2 * len(SOUND) + 1)}
    assert (await patch(service, ann, path, HALF, b"", **said)).status == 403
    said = {"Upload_Length": str(2 * len(SOUND))}
    for _ in range(2):
        assert (await patch(service, ann, path, HALF, b"", **said)).status == 204
    assert (await patch(service, ann, path, HALF, b"", Upload_Length="9")).status == 400
    assert await offset_of(service, ann, path) == HALF


@pytest.mark.parametrize("rules", [UploadRules(quota_bytes=5 * HALF)])
async def test_parts_take_the_place_of_one_whole_alone(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await service.user()
    parts = [await part(service, ann, each) for each in (SOUND[:HALF], SOUND[HALF:])]
    said = {"Upload_Concat": f"final;{' '.join(parts)}"}
    with dying_at_the_end(monkeypatch):
        await make_with(service, ann, status=500, **said)
    await make_with(service, ann, status=403, **said)
    (first,) = (
        each
        for each in (await service.get("/v1/uploads", ann))["items"]
        if each["state"] == "receiving"
    )
    assert await offset_of(service, ann, f"/v1/uploads/{first['id']}/tus") == 2 * HALF
    assert (await service.get(f"/v1/uploads/{first['id']}", ann))["state"] == "complete"
    await make(service, ann, HALF)
