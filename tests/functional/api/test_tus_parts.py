"""Partial uploads of tus that nobody wants any more."""

import pytest

from tests.functional.api.sending import SOUND
from tests.functional.api.service import Service
from tests.functional.api.test_tus import ask, offset_of, upload_in
from tests.functional.api.test_tus_quota import dying_at_the_end, make_with, part

HALF = len(SOUND) // 2


@pytest.mark.parametrize("by_tus", [True, False])
async def test_a_part_that_is_whole_can_be_dropped(service: Service, *, by_tus: bool) -> None:
    ann = await service.user()
    path = await part(service, ann, SOUND[:HALF])
    if by_tus:
        dropped = await ask(service, ann, "DELETE", path)
    else:
        dropped = await service.ask("DELETE", upload_in(path), ann)
    assert dropped.status == 204
    assert (await ask(service, ann, "HEAD", path)).status == 404
    assert (await service.get("/v1/uploads", ann))["items"] == []
    assert not [path for path in service.media.rglob("*") if path.is_file()]
    await make_with(service, ann, 404, Upload_Concat=f"final;{path}")


async def test_a_part_of_an_upload_under_way_stays(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await service.user()
    parts = [await part(service, ann, each) for each in (SOUND[:HALF], SOUND[HALF:])]
    with dying_at_the_end(monkeypatch):
        await make_with(service, ann, 500, Upload_Concat=f"final;{' '.join(parts)}")
    for path in parts:
        refused = await ask(service, ann, "DELETE", path)
        assert (refused.status, (await refused.json())["code"]) == (409, "upload_part_taken")
    whole = (await service.get("/v1/uploads", ann))["items"][0]
    assert await offset_of(service, ann, f"/v1/uploads/{whole['id']}/tus") == 2 * HALF
    refused = await ask(service, ann, "DELETE", f"/v1/uploads/{whole['id']}/tus")
    assert (refused.status, (await refused.json())["code"]) == (409, "upload_complete")
