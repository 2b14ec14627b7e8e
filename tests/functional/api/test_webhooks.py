"""Webhooks: told of what was asked for, signed, again and again until it has arrived."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select, update

from origin.companion.duties import LEASE_S, position
from origin.companion.webhooks import dispatching
from origin.companion.webhooks.dispatching import DUTY, KEPT_S, Dispatch
from origin.companion.webhooks.endpoints import WEBHOOKS_MAX
from origin.companion.webhooks.policy import PAUSES_S
from origin.companion.webhooks.tables import deliveries, webhooks
from tests.functional.api.packaging import Packaging
from tests.functional.api.receiving import LOOPBACK, Receiver, Sending, receiving
from tests.functional.api.service import Service, over_sqlite_alone

pytestmark = pytest.mark.long_if("postgresql")

HOOK = {"url": "https://example.com/hook"}


@pytest.fixture
def packaging(service: Service) -> Packaging:
    return Packaging(service)


@pytest.fixture
def sending(packaging: Packaging) -> Sending:
    return Sending(packaging, LOOPBACK)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


def draft(url: str, *kinds: str) -> dict[str, object]:
    """What to make; the host is a name, so that only who connects sees where it leads."""
    return {"url": url.replace("127.0.0.1", "localhost"), "kinds": list(kinds or ["*"])}


async def test_what_happened_is_told_signed_and_once(
    packaging: Packaging, sending: Sending, receiver: Receiver
) -> None:
    service = packaging.service
    ann, bob = await service.user(), await service.user(number=1)
    await packaging.package(ann, "before")
    made = await service.post("/v1/webhooks", ann, draft(receiver.url, "asset.ready", "artist.*"))
    await service.post("/v1/webhooks", bob, draft(receiver.url))
    asset_id = await packaging.package(ann)
    assert await sending.send() == 1, "not what happened before, nor what was not asked for"
    (said,) = receiver.verified(made["secret"])
    assert (said["type"], said["data"]["id"]) == ("asset.ready", asset_id)
    assert await sending.send() == 0
    path = f"/v1/webhooks/{made['id']}"
    (delivery,) = (await service.get(f"{path}/deliveries", ann))["items"]
    assert delivery["id"] == receiver.came[0][0]["webhook-id"]
    assert (delivery["status"], delivery["attempts"], delivery["next_at"]) == (204, 1, None)
    assert delivery["delivered_at"]
    assert "secret" not in await service.get(path, ann)


async def test_kinds_that_there_are_not_are_refused_and_old_ones_are_shown(
    service: Service,
) -> None:
    ann = await service.user()
    made = await service.post("/v1/webhooks", ann, {**HOOK, "kinds": ["upload.*", "asset.ready"]})
    path = f"/v1/webhooks/{made['id']}"
    for kind in ("asset.redy", "assets.*", "answers.forgotten", "", "*.ready"):
        said = await service.post("/v1/webhooks", ann, {**HOOK, "kinds": ["*", kind]}, 422)
        assert [each["pointer"] for each in said["errors"]] == ["#/kinds/1"]
        assert (await service.ask("PATCH", path, ann, {"kinds": [kind]})).status == 422
    async with service.database.change() as connection:
        await connection.execute(update(webhooks).values(kinds="asset.redy"))
    assert (await service.get(path, ann))["kinds"] == ["asset.redy"]
    assert (await service.ask("PATCH", path, ann, {"description": "old"})).status == 200


async def test_what_does_not_arrive_is_tried_again_for_a_day(
    packaging: Packaging, sending: Sending, receiver: Receiver
) -> None:
    service = packaging.service
    ann = await service.user()
    made = await service.post("/v1/webhooks", ann, draft(receiver.url, "asset.created"))
    receiver.statuses = [500, 302, 404] + [503] * 20
    await packaging.queue(ann)
    for pause_s in PAUSES_S:
        assert await sending.send() == 1
        assert await sending.send() == 0
        packaging.now_s += pause_s + 1
    assert await sending.send() == 1
    packaging.now_s += 100 * 3600
    assert await sending.send() == 0, "it is given up"
    assert len(receiver.came) == len(PAUSES_S) + 1, "and no redirect was followed"
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1
    path = f"/v1/webhooks/{made['id']}"
    assert (await service.get(path, ann))["failing_since"]
    (delivery,) = (await service.get(f"{path}/deliveries", ann))["items"]
    assert (delivery["status"], delivery["answer"], delivery["next_at"]) == (503, "So.", None)
    receiver.statuses.clear()
    again = f"{path}/deliveries/{delivery['id']}/redeliver"
    await service.post(again, ann, None, 202)
    assert (await service.post(again, ann, None, 409))["code"] == "delivery_under_way"
    assert await sending.send() == 1
    (delivery,) = (await service.get(f"{path}/deliveries", ann))["items"]
    assert (delivery["status"], delivery["attempts"]) == (204, 1)
    assert (await service.get(path, ann))["failing_since"] is None


@pytest.mark.parametrize("status", [429, 503])
async def test_who_asks_for_time_gets_it(
    packaging: Packaging, sending: Sending, receiver: Receiver, status: int
) -> None:
    ann = await packaging.service.user()
    await packaging.service.post("/v1/webhooks", ann, draft(receiver.url, "asset.created"))
    receiver.statuses, receiver.fields = [status], {"Retry-After": "900"}
    await packaging.queue(ann)
    assert await sending.send() == 1
    packaging.now_s += 890
    assert await sending.send() == 0
    packaging.now_s += 200
    assert await sending.send() == 1


async def test_who_says_that_it_is_gone_is_told_nothing_more(
    packaging: Packaging, sending: Sending, receiver: Receiver
) -> None:
    service = packaging.service
    ann = await service.user()
    made = await service.post("/v1/webhooks", ann, draft(receiver.url))
    path = f"/v1/webhooks/{made['id']}"
    receiver.statuses = [410]
    await packaging.queue(ann)
    await sending.send()
    webhook = await service.get(path, ann)
    assert (webhook["enabled"], webhook["disabled_because"]) == (
        False, "It said that it is gone (410).",
    )  # fmt: skip
    await packaging.queue(ann, "other")
    assert await sending.send() == 0
    assert (await service.post(f"{path}/test", ann, None, 409))["code"] == "webhook_disabled"
    enabled = await service.ask("PATCH", path, ann, {"enabled": True})
    assert (await enabled.json())["enabled"]
    await service.post(f"{path}/test", ann, None, 202)
    assert await sending.send() == 1
    assert next(receiver.verified(made["secret"])) is not None


async def test_what_fails_for_days_is_disabled_with_notice(
    packaging: Packaging, sending: Sending, receiver: Receiver
) -> None:
    service = packaging.service
    ann = await service.user()
    made = await service.post("/v1/webhooks", ann, draft(receiver.url, "asset.created"))
    noticed = await service.post("/v1/webhooks", ann, draft(receiver.url, "webhook.disabled"))
    receiver.statuses = [500] * 100
    for name in ("one", "two", "three", "four", "five"):
        await packaging.queue(ann, name)
        for pause_s in (*PAUSES_S, 0):
            await sending.send()
            packaging.now_s += pause_s + 1
    webhook = await service.get(f"/v1/webhooks/{made['id']}", ann)
    assert (webhook["enabled"], webhook["disabled_because"]) == (
        False, "Nothing has arrived there for five days.",
    )  # fmt: skip
    receiver.statuses.clear()
    receiver.came.clear()
    await sending.send()
    assert b'"type":"webhook.disabled"' in receiver.came[-1][1]
    assert noticed["id"] != made["id"]


async def test_while_a_secret_is_replaced_both_are_good(
    packaging: Packaging, sending: Sending, receiver: Receiver
) -> None:
    service = packaging.service
    ann = await service.user()
    made = await service.post("/v1/webhooks", ann, draft(receiver.url))
    path = f"/v1/webhooks/{made['id']}"
    new = (await service.post(f"{path}/secret", ann, None, 200))["secret"]
    assert new != made["secret"]
    await service.post(f"{path}/test", ann, None, 202)
    await sending.send()
    assert [said["type"] for said in receiver.verified(new, made["secret"])] == ["webhook.test"]


@pytest.mark.parametrize("holders", [1, 4])
async def test_nothing_is_lost_or_doubled_however_many_dispatch(
    packaging: Packaging, sending: Sending, receiver: Receiver, holders: int
) -> None:
    service = packaging.service
    ann = await service.user()
    made = await service.post("/v1/webhooks", ann, draft(receiver.url, "asset.created"))
    assert await sending.dispatch.duty.is_ours()
    dispatchers = [sending.dispatcher(f"holder-{number}") for number in range(holders)]

    async def dispatch(by: Dispatch) -> None:
        for _ in range(10):
            try:
                await by.dispatch()
            except dispatching.Overtaken:
                continue

    for number in range(25):
        await packaging.queue(ann, f"asset-{number}")
        if number % 5 == 0:
            await asyncio.gather(*map(dispatch, dispatchers))
    await asyncio.gather(*map(dispatch, dispatchers))
    async with service.database.look(None) as connection:
        counted = await connection.scalar(
            select(func.count()).where(deliveries.c.webhook_id == made["id"])
        )
        assert await position(connection, DUTY) > 0
    assert counted == 25


async def test_one_dispatches_at_a_time_and_another_takes_over(
    packaging: Packaging, sending: Sending
) -> None:
    one, two = sending.dispatcher("one"), sending.dispatcher("two")
    assert await one.duty.is_ours()
    assert not await two.duty.is_ours()
    packaging.now_s += LEASE_S + 1
    assert await two.duty.is_ours(), "the first has not been heard of"
    assert not await one.duty.is_ours()


async def test_no_message_goes_where_strangers_have_no_business(
    packaging: Packaging, receiver: Receiver
) -> None:
    service, sending = packaging.service, Sending(packaging)
    ann = await service.user()
    made = await service.post("/v1/webhooks", ann, draft(receiver.url))
    await service.post(f"/v1/webhooks/{made['id']}/test", ann, None, 202)
    assert await sending.send() == 1
    assert not receiver.came
    (delivery,) = (await service.get(f"/v1/webhooks/{made['id']}/deliveries", ann))["items"]
    assert (delivery["status"], delivery["answer"]) == (None, "Its address is no public one.")


@over_sqlite_alone
@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "example.com", "https://", "https://a:b@example.com/",
        "https://example.com/#x", "https://exa mple.com/", "http://127.0.0.1/", "http://[::1]/",
        "http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/", "https://example.com:99999/",
        "https://example.com/" + "x" * 2_000, "javascript:alert(1)", "https://ex\u0430mple.com/",
    ],
)  # fmt: skip
async def test_addresses_that_are_not_taken(service: Service, url: str) -> None:
    problem = await service.post("/v1/webhooks", await service.user(), {"url": url}, 422)
    assert [error["pointer"] for error in problem["errors"]] == ["#/url"]


@over_sqlite_alone
@pytest.mark.parametrize("port", ["80", "10443", "65535"])
async def test_addresses_that_are_described_have_any_port(service: Service, port: str) -> None:
    ann, url = await service.user(), f"https://example.com:{port}/hook"
    document = await service.get("/openapi.json")
    said = document["components"]["schemas"]["WebhookDraft"]["properties"]["url"]["pattern"]
    assert re.search(said, url)
    assert not re.search(said, "https://example.com:65536/hook")
    await service.post("/v1/webhooks", ann, {"url": url})


async def test_webhooks_are_nobody_elses_and_so_many(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    made = await service.post("/v1/webhooks", ann, {"url": "https://example.com/hook"})
    path = f"/v1/webhooks/{made['id']}"
    for method, asked, said in (
        ("GET", path, None),
        ("PATCH", path, {"enabled": False}),
        ("POST", f"{path}/secret", None),
        ("POST", f"{path}/test", None),
        ("GET", f"{path}/deliveries", None),
        ("POST", f"{path}/deliveries/none/redeliver", None),
        ("DELETE", path, None),
    ):
        for by, status in ((None, 401), (bob, 404)):
            assert (await service.ask(method, asked, by, said)).status == status
    assert (await service.get("/v1/webhooks", bob))["items"] == []
    for _ in range(WEBHOOKS_MAX - 1):
        await service.post("/v1/webhooks", ann, {"url": "https://example.com/hook"})
    more = {"url": "https://example.com/hook"}
    problem = await service.post("/v1/webhooks", ann, more, 409)
    assert problem["code"] == "too_many_webhooks"
    assert (await service.ask("DELETE", path, ann)).status == 204
    await service.get(path, ann, 404)
    await service.post("/v1/webhooks", ann, more)


async def test_of_changes_to_what_was_seen_one_is_done(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/webhooks", ann, HOOK)
    path = f"/v1/webhooks/{made['id']}"
    match = {"If-Match": (await service.ask("GET", path, ann)).headers["ETag"]}
    changes = (service.ask("PATCH", path, ann, {"description": f"{n}"}, match) for n in range(6))
    done = sorted([answer.status for answer in await asyncio.gather(*changes)])
    assert done == [200, *[412] * 5]
    match = {"If-Match": (await service.ask("GET", path, ann)).headers["ETag"]}
    change = service.ask("PATCH", path, ann, {"description": "other"}, match)
    gone = (service.ask("DELETE", path, ann, headers=match) for _ in range(2))
    answers = [answer.status for answer in await asyncio.gather(change, *gone)]
    assert len([status for status in answers if status < 300]) == 1, answers


async def test_however_many_are_made_at_once_there_are_no_more(service: Service) -> None:
    ann = await service.user()
    asked = (service.ask("POST", "/v1/webhooks", ann, HOOK) for _ in range(WEBHOOKS_MAX + 8))
    done = sorted([answer.status for answer in await asyncio.gather(*asked)])
    assert done == [201] * WEBHOOKS_MAX + [409] * 8


async def test_no_answer_with_a_secret_is_kept(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/webhooks", ann, HOOK)
    secret = f"/v1/webhooks/{made['id']}/secret"
    for path, said in (("/v1/webhooks", HOOK), (secret, None)):
        key = {"Idempotency-Key": path}
        first = await service.ask("POST", path, ann, said, key)
        assert first.status < 300
        assert (await first.json())["secret"]
        again = await service.ask("POST", path, ann, said, key)
        assert (again.status, (await again.json())["code"]) == (409, "answer_not_kept")


async def test_the_log_is_kept_for_a_month(
    packaging: Packaging, sending: Sending, receiver: Receiver
) -> None:
    service = packaging.service
    ann = await service.user()
    made = await service.post("/v1/webhooks", ann, draft(receiver.url))
    await packaging.queue(ann)
    await sending.send()
    assert await sending.dispatch.clear() == 0
    packaging.now_s += KEPT_S + 1
    assert await sending.dispatch.clear() == 1
    assert (await service.get(f"/v1/webhooks/{made['id']}/deliveries", ann))["items"] == []
