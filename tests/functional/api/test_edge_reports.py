"""What players told a CDN comes from its log, and becomes figures as if they had told us."""

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import chain
from typing import Any

import pytest

from cdn.cmcd.sampling import Thinning
from origin.companion.identity.principal import Role, Scope
from origin.quality.gathering import Gathering
from origin.quality.intake import Intake, Outcome
from origin.quality.opening import gathering_of
from origin.telemetry.metrics import Metrics
from tests.functional.api.packaging import Packaging
from tests.functional.api.service import Service
from tests.servers.soundbridge import TIMEOUT_S

pytestmark = pytest.mark.long_if("postgresql")

PATH = "/v1/cmcd"
HOUR_S = 3600.0


@pytest.fixture
def packaging(service: Service) -> Packaging:
    return Packaging(service)


@pytest.fixture
async def gathering(service: Service) -> AsyncIterator[Gathering]:
    intake = Intake(Thinning(), room=600)
    service.companion.edge_log.intake = intake
    gathering = gathering_of(intake, [], 0, Metrics(), service.companion.quality)
    async with gathering.running():
        yield gathering


def session(asset_id: str, sid: str, began_s: float, *, in_fields: bool) -> list[dict[str, Any]]:
    """Return what a log has of a session that starved, of two segments; the last comes first."""
    folder = f"/media/{asset_id}/r1/128k"
    told = [
        (0.0, "00000", "bl%3D0%2Csu"),
        (1.0, "00001", "bl%3D6000"),
        (9.0, "00002", "bl%3D6000%2Csu"),
    ]
    reports: list[dict[str, Any]] = []
    for after_s, number, query in told:
        url = f"{folder}/{number}.m4s"
        written = f'{query.replace("%3D", "=").replace("%2C", ",")},sid="{sid}"'
        reports.append(
            {"at": began_s + after_s, "url": url, "fields": written}
            if in_fields
            else {"at": began_s + after_s, "url": f"{url}?CMCD={query}%2Csid%3D%22{sid}%22"}
        )
    return reports[::-1]


async def taken(gathering: Gathering, number: int) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while gathering.intake.counted()[Outcome.TAKEN] < number:  # noqa: ASYNC110 nothing tells
            await asyncio.sleep(0.01)


async def test_a_log_becomes_figures(packaging: Packaging, gathering: Gathering) -> None:
    service = packaging.service
    ann, admin = await service.user(), await service.user(Role.ADMIN)
    asset_id = await packaging.queue(ann)
    began_s = packaging.now_s - HOUR_S
    for number, in_fields in enumerate((False, True)):
        piece = session(asset_id, f"s{number}", began_s + number, in_fields=in_fields)
        response = await service.ask("POST", PATH, admin, {"reports": piece})
        assert response.status == 202, await response.text()
    await taken(gathering, 6)
    later = [
        {"at": began_s + 600, "url": f"/x.m3u8?CMCD=sid%3D%22s{number}%22"} for number in range(2)
    ]
    assert (await service.ask("POST", PATH, admin, {"reports": later})).status == 202
    await taken(gathering, 8)
    await service.companion.quality_writer.write()
    total = (await service.get(f"/v1/assets/{asset_id}/quality", ann))["total"]
    assert (total["sessions"], total["starvations"], total["starved_s"]) == (2, 2, 4)
    assert sum(each["count"] for each in total["startup_s"]) == 2
    assert sum(each["count"] for each in total["rebuffer_ratios"]) == 2


async def test_logs_that_are_not_equally_late_part_no_sessions(
    packaging: Packaging, gathering: Gathering
) -> None:
    service = packaging.service
    ann, admin = await service.user(), await service.user(Role.ADMIN)
    asset_id = await packaging.queue(ann)
    began_s = packaging.now_s - HOUR_S
    pieces = [
        session(asset_id, sid, began_s + late_s, in_fields=False)[::-1]
        for sid, late_s in (("one", 600), ("other", 0))
    ]
    side_by_side = chain.from_iterable(zip(*pieces, strict=True))
    for number, report in enumerate(side_by_side, 1):
        assert (await service.ask("POST", PATH, admin, {"reports": [report]})).status == 202
        await taken(gathering, number)
        assert list(gathering.edge.end_silent(time.time())) == []
    await service.companion.quality_writer.write()
    total = (await service.get(f"/v1/assets/{asset_id}/quality", ann))["total"]
    assert (total["sessions"], total["starvations"]) == (2, 2)


async def test_more_than_there_is_room_for_is_to_come_again(service: Service) -> None:
    admin = await service.user(Role.ADMIN)
    service.companion.edge_log.intake = intake = Intake(Thinning(), room=600)
    one = {"at": time.time(), "url": "/media/a/b/c/00000.m4s?CMCD=sid%3D%22x%22"}
    answers = [await service.ask("POST", PATH, admin, {"reports": [one] * 500}) for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 429]
    assert int(answers[1].headers["Retry-After"]) > 0
    assert len(intake.take()) == 500
    assert (await service.ask("POST", PATH, admin, {"reports": [one] * 500})).status == 202


@pytest.mark.parametrize(
    "report",
    [
        {"at": -1, "url": "/x"},
        {"at": 1, "url": 7},
        {"at": 1, "url": "/x", "fields": []},
        {"at": None, "url": "/x"},
        {"url": "/x"},
    ],
)
async def test_what_is_no_piece_of_a_log_is_refused(
    service: Service, gathering: Gathering, report: dict[str, Any]
) -> None:
    admin = await service.user(Role.ADMIN)
    assert (await service.ask("POST", PATH, admin, {"reports": [report]})).status == 422
    assert gathering.intake.room_left == 600


async def test_what_a_client_wrote_makes_no_piece_be_refused(
    service: Service, gathering: Gathering
) -> None:
    admin = await service.user(Role.ADMIN)
    now_s, segment = time.time(), "/media/a1/r1/128k/00001.m4s"
    reports: list[dict[str, Any]] = [
        {"at": now_s, "url": url, "fields": fields}
        for url, fields in (
            ("x", None),
            ("", "sid=1"),
            ("/x y\xe9\0", "-"),
            ("/" + 9_000 * "x", None),
            (segment, "a\r\nCMCD-Session: \xe9"),
            (segment, 9_000 * "x"),
            (f"{segment}?CMCD=sid%3D%22x%22", "-"),
            (segment, 'sid="x"'),
        )
    ]
    assert (await service.ask("POST", PATH, admin, {"reports": reports})).status == 202
    await taken(gathering, 2)
    assert len(gathering.edge.sessions) == 1
    assert sum(gathering.intake.counted().values()) == len(reports)


async def test_what_is_old_or_to_come_is_passed_over(
    service: Service, gathering: Gathering
) -> None:
    admin = await service.user(Role.ADMIN)
    reports = [{"at": at, "url": "/x.m3u8?CMCD=sid%3D%22x%22"} for at in (0, 1e10)]
    assert (await service.ask("POST", PATH, admin, {"reports": reports})).status == 202
    assert gathering.intake.room_left == 600


async def test_it_is_for_operators_and_where_anything_is_looked_at(service: Service) -> None:
    admin = await service.user(Role.ADMIN)
    creator = await service.user(Role.CREATOR)
    narrow = await service.user(Role.ADMIN, frozenset({Scope.READ}), number=1)
    body = {"reports": [{"at": 1, "url": "/x"}]}
    for by, status in ((None, 401), (creator, 403), (narrow, 403), (admin, 404)):
        assert (await service.ask("POST", PATH, by, body)).status == status
