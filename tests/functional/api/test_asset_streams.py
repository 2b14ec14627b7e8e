"""Streams of events: nothing is missed or told twice, and nobody keeps the server from its end."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from origin.app import create_app
from origin.companion.assets.streaming.hub import STREAMS_OF_ONE, Stream
from origin.companion.composition import Companion
from origin.companion.identity.principal import ALL_SCOPES, Means, Principal, Role
from origin.companion.media import Media
from origin.delivery.draining import Draining
from tests.functional.api.listening import Heard, listening
from tests.functional.api.packaging import Packaging
from tests.functional.api.service import Service
from tests.functional.api.test_database_faults import over_postgresql_alone, rename

pytestmark = pytest.mark.long_if("postgresql")


@pytest.fixture
def packaging(service: Service) -> Packaging:
    return Packaging(service)


@pytest.fixture
async def another(service: Service) -> AsyncIterator[Service]:
    """Another process of the same server."""
    companion = Companion(service.database, Media(service.store))
    async with TestClient(TestServer(create_app(service.store, companion=companion))) as client:
        yield replace(service, client=client, companion=companion)


async def test_what_becomes_of_an_asset_is_told_as_it_happens(packaging: Packaging) -> None:
    service = packaging.service
    ann, bob = await service.user(), await service.user(number=1)
    async with listening(service, ann) as mine:
        await packaging.package(bob, "bobs")
        asset_id = await packaging.queue(ann)
        async with listening(service, ann, f"/v1/assets/{asset_id}/events") as one:
            held = await packaging.claim()
            await packaging.beat(held, 0.25)
            said = {"asset_id": asset_id, "progress": 0.25}
            while (event := await one.next()) != Heard("progress", said, None):
                assert event is not None, "only what happened a moment before comes first"
            await packaging.succeed(held)
            await packaging.watch.tell_news()
            await packaging.watch.tell_news()
            assert await mine.kinds(2) == ["asset.created", "asset.ready"]
            ready = await one.next()
            assert ready is not None
            assert (ready.kind, ready.data["state"]) == ("asset.ready", "ready")


async def test_a_stream_goes_on_in_another_process_where_it_broke_off(
    packaging: Packaging, another: Service
) -> None:
    service = packaging.service
    ann, bob = await service.user(), await service.user(number=1)
    async with listening(service, ann) as first:
        await packaging.queue(ann, "one")
        event = await first.next()
    assert event is not None
    for name in ("two", "three"):
        await packaging.queue(ann, name)
        await packaging.queue(bob, f"not-{name}")
    async with listening(another, ann, seen=event.number) as second:
        missed = [await second.next() for _ in range(2)]
        await packaging.queue(ann, "four")
        missed.append(await second.next())
    subjects = [each.data["asset_id"] for each in missed if each is not None]
    assert subjects == ["two-asset", "three-asset", "four-asset"]
    path = f"/v1/assets/four-asset/events?after={event.number}"
    async with listening(another, ann, path) as one:
        only = await one.next()
    assert only is not None
    assert only.data["asset_id"] == "four-asset"


async def test_nothing_is_missed_or_told_twice_while_much_happens(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    made = [f"asset-{number}" for number in range(40)]

    async def make() -> None:
        for name in made:
            await packaging.queue(ann, name)

    heard: list[str] = []
    seen = 0
    making = asyncio.create_task(make())
    while len(heard) < len(made):
        async with listening(service, ann, seen=seen) as listener:
            for _ in range(min(3, len(made) - len(heard))):
                event = await listener.next()
                assert event is not None
                assert event.number is not None
                seen = event.number
                heard.append(event.data["asset_id"])
    await making
    assert heard == [f"{name}-asset" for name in made]


@over_postgresql_alone
async def test_streams_go_on_after_an_error_that_nobody_expects(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    async with listening(service, ann) as stream:
        with capture_logs() as logged:
            await rename(service, "events", "elsewhere")
            async with asyncio.timeout(10):
                while not any(each["event"] == "events not read" for each in logged):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await rename(service, "elsewhere", "events")
        await packaging.queue(ann)
        async with asyncio.timeout(10):
            assert await stream.kinds(1) == ["asset.created"]


async def test_one_user_has_so_many_streams_and_others_have_theirs(packaging: Packaging) -> None:
    service = packaging.service
    ann, bob = await service.user(), await service.user(number=1)
    opened = [listening(service, ann) for _ in range(STREAMS_OF_ONE)]
    for each in opened:
        await each.__aenter__()
    refused = await service.ask("GET", "/v1/assets/events", ann)
    assert (refused.status, (await refused.json())["code"]) == (429, "too_many_streams")
    assert refused.headers["Retry-After"] == "5"
    async with listening(service, bob):
        pass
    for each in opened:
        await each.__aexit__(None, None, None)
    async with asyncio.timeout(10):
        while (await _status(service, "/v1/assets/events", ann.headers)) != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.2)  # until the server has noticed that they have gone


async def _status(service: Service, path: str, headers: dict[str, str]) -> int:
    async with service.client.get(path, headers=headers) as response:
        return response.status


async def test_streams_end_when_the_process_does(service: Service) -> None:
    draining, ann = Draining(), await service.user()
    companion = Companion(
        service.database, Media(service.store), is_draining=lambda: draining.has_begun
    )
    app = create_app(service.store, companion=companion, draining=draining)
    async with TestClient(TestServer(app)) as client:
        process = replace(service, client=client, companion=companion)
        async with listening(process, ann) as listener:
            draining.begin(turn_away=True)
            assert await listener.next() is None
        assert await _status(process, "/v1/assets/events", ann.headers) == 503


async def test_who_does_not_listen_is_no_burden() -> None:
    ann = Principal("ann", Role.CREATOR, ALL_SCOPES, Means.SESSION)
    stream = Stream(ann, ann.user_id, None)
    for number in range(10_000):
        stream.put((number, b"said"))
    assert stream.frames.qsize() <= 256
    said = [stream.frames.get_nowait() for _ in range(stream.frames.qsize())]
    assert None in said, "it ends, and its client comes again"


@pytest.mark.parametrize("seen", ["x", "-1", "9" * 40, "\u0661"])
async def test_a_number_that_is_none(service: Service, seen: str) -> None:
    ann = await service.user()
    for path, headers in (
        ("/v1/assets/events", {"Last-Event-ID": seen}),
        (f"/v1/assets/events?after={seen}", {}),
    ):
        response = await service.ask("GET", path, ann, headers=headers)
        assert response.status == 400, await response.text()


async def test_streams_are_nobody_elses(packaging: Packaging) -> None:
    service = packaging.service
    ann, bob = await service.user(), await service.user(number=1)
    asset_id = await packaging.queue(ann)
    for by, status in ((None, 401), (bob, 404)):
        assert (await service.ask("GET", f"/v1/assets/{asset_id}/events", by)).status == status
    assert (await service.ask("GET", "/v1/assets/events")).status == 401
