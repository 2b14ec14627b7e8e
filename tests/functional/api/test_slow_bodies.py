"""Who is not known any more when their body has come changes nothing, however it is timed."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, DummyCookieJar
from sqlalchemy import func, select, update

from origin.app import create_app
from origin.companion.access import Access, Issuers
from origin.companion.alongside import alongside
from origin.companion.catalogue.artists import rows as artists
from origin.companion.catalogue.tables import artists as artists_table
from origin.companion.composition import Companion
from origin.companion.identity.keys import (
    ID_BYTES,
    SECRET_BYTES,
    NewKey,
    add_key,
    count_keys,
    holder_of,
)
from origin.companion.identity.new_ids import new_random_id
from origin.companion.identity.oidc.opening import open_bearers
from origin.companion.identity.oidc.token import LEEWAY_S
from origin.companion.identity.principal import ALL_SCOPES, Role
from origin.companion.identity.standing import StillKnown
from origin.companion.identity.tables import api_keys, audit, idempotency_keys, users
from origin.companion.media import Media
from origin.companion.webhooks.tables import webhooks
from origin.defence.guard import Guard
from tests.functional.api.ending import ENDINGS, Ending
from tests.functional.api.service import NOW_S, Service, User
from tests.functional.api.test_account import erased, taken_away
from tests.functional.api.test_sessions import SAME, signed_in
from tests.servers.guarded import serving
from tests.servers.identity_provider import AUDIENCE, IdentityProvider, keycloak

pytestmark = pytest.mark.long_if("postgresql")

KEY = {"name": "laptop", "scopes": ["read"]}
MADE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/v1/artists", {"name": "Ann", "handle": "ann"}),
    ("/v1/webhooks", {"url": "https://example.com/ann", "kinds": ["asset.ready"]}),
    ("/v1/me/keys", KEY),
)
ARTIST = {
    "id": "ann-artist",
    "name": "Ann",
    "handle": "ann",
    "description": "",
    "created_s": NOW_S,
    "updated_s": NOW_S,
    "version": 1,
}


@pytest.fixture
def access(provider: IdentityProvider) -> Access:
    return Access(Issuers((provider.url,), audiences=(AUDIENCE,)))


@dataclass
class Slow:
    """A request whose body comes in two parts, the second when the test says so."""

    content: bytes
    answering: "asyncio.Task[tuple[int, str | None]] | None" = None
    began: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def parts(self) -> AsyncIterator[bytes]:
        self.began.set()
        yield self.content[:5]
        await self.goes_on.wait()
        yield self.content[5:]

    async def answer(self) -> tuple[int, str | None]:
        """Send the rest; return the status, and the code of what is wrong."""
        assert self.answering is not None
        self.goes_on.set()
        return await self.answering


@dataclass
class Guarded:
    """A process as it serves: it asks for a body once it knows who sends it, and not before."""

    url: str
    client: ClientSession

    async def begin(
        self, path: str, body: object, headers: dict[str, str], method: str = "POST"
    ) -> Slow:
        """Return a request that was let in."""
        slow = Slow(json.dumps(body).encode())
        said = {"Content-Type": "application/json", **headers}
        slow.answering = asyncio.create_task(self._send(method, path, slow, said))
        async with asyncio.timeout(10):
            await slow.began.wait()
        return slow

    async def _send(
        self, method: str, path: str, slow: Slow, headers: dict[str, str]
    ) -> tuple[int, str | None]:
        async with self.client.request(
            method, self.url + path, data=slow.parts(), headers=headers, expect100=True
        ) as response:
            return response.status, (await response.json()).get("code")


@pytest.fixture
async def guarded(service: Service, access: Access) -> AsyncIterator[Guarded]:
    async with AsyncExitStack() as opened:
        assert access.issuers is not None
        tokens = await opened.enter_async_context(
            open_bearers(access.issuers, service.database, new_random_id)
        )
        companion = Companion(service.database, Media(service.store), access, tokens)
        app = create_app(service.store, companion=companion)
        port = await opened.enter_async_context(serving(app, Guard()))
        client = await opened.enter_async_context(ClientSession(cookie_jar=DummyCookieJar()))
        yield Guarded(f"http://127.0.0.1:{port}", client)


async def left(service: Service, user_id: str) -> dict[str, int]:
    """Count what is a user's."""
    counts = {
        "artists": select(func.count()).where(
            artists_table.c.user_id == user_id, artists_table.c.deleted_s.is_(None)
        ),
        "webhooks": select(func.count()).where(
            webhooks.c.user_id == user_id, webhooks.c.deleted_s.is_(None)
        ),
        "keys": select(func.count()).where(api_keys.c.user_id == user_id),
        "answers": select(func.count()).where(idempotency_keys.c.user_id == user_id),
    }
    async with service.database.look_now() as connection:
        found = {name: await connection.scalar(count) for name, count in counts.items()}
    return {name: number for name, number in found.items() if number}


async def deeds(service: Service, user_id: str) -> set[str]:
    query = select(audit.c.action).where(audit.c.user_id == user_id)
    async with service.database.look_now() as connection:
        return set(await connection.scalars(query))


@pytest.mark.parametrize("end", ENDINGS)
async def test_a_key_that_ends_while_the_body_comes_makes_nothing(
    service: Service, guarded: Guarded, end: Ending
) -> None:
    ann = await service.user()
    slow = [
        await guarded.begin(path, body, ann.headers | more)
        for path, body in MADE
        for more in ({}, {"Idempotency-Key": path})
    ]
    slow.append(await guarded.begin("/v1/me", {"name": "Eve"}, ann.headers, "PATCH"))
    await end(service, ann)
    answers = [await each.answer() for each in slow]
    assert answers == [(401, "credentials_invalid")] * len(slow)
    assert set(await left(service, ann.id)) <= {"keys"}
    async with service.database.look_now() as connection:
        assert await count_keys(connection, ann.id, now_s=NOW_S) <= 1
        name = await connection.scalar(select(users.c.name).where(users.c.id == ann.id))
    assert name != "Eve"
    told = {"createArtist", "createWebhook", "createKey", "changeMe"}
    assert not told & await deeds(service, ann.id)


async def test_a_session_that_ends_while_the_body_comes_makes_nothing(
    service: Service, guarded: Guarded
) -> None:
    user_id, cookie = await signed_in(service)
    headers = {**cookie, **SAME}
    slow = [await guarded.begin(path, body, headers) for path, body in MADE]
    assert (await service.ask("DELETE", "/v1/me/session", headers=headers)).status == 204
    answers = [await each.answer() for each in slow]
    assert answers == [(401, "credentials_invalid")] * len(slow)
    assert await left(service, user_id) == {"keys": 1}


async def test_a_token_that_ends_while_the_body_comes_makes_nothing(
    service: Service, guarded: Guarded, provider: IdentityProvider
) -> None:
    ends_s = time.time() + 1.5
    token = provider.sign(keycloak(provider, exp=ends_s - LEEWAY_S))
    ann = User((await service.get("/v1/me", User("", token)))["id"], token)
    slow = await guarded.begin("/v1/me/keys", KEY, ann.headers)
    await asyncio.sleep(ends_s - time.time())
    assert await slow.answer() == (401, "credentials_invalid")
    assert await left(service, ann.id) == {}


async def test_who_is_still_known_may_take_their_time(
    service: Service, guarded: Guarded, provider: IdentityProvider
) -> None:
    ann = await service.user()
    _, cookie = await signed_in(service)
    listener = User("", provider.sign(keycloak(provider)))
    await service.get("/v1/me", listener)
    for headers in (ann.headers, {**cookie, **SAME}, listener.headers):
        slow = await guarded.begin("/v1/me/keys", KEY, headers)
        async with service.database.change() as connection:
            await connection.execute(update(users).values(role=Role.ADMIN))  # they may more by now
        assert (await slow.answer())[0] == 201


async def test_requests_of_one_user_do_not_wait_for_each_other_in_a_circle(
    service: Service,
) -> None:
    ann = await service.user()
    asked = [service.ask("POST", path, ann, body) for path, body in MADE[1:] for _ in range(6)]
    assert {response.status for response in await asyncio.gather(*asked)} == {201}


async def test_erasing_waits_for_what_a_request_makes_a_moment_later(service: Service) -> None:
    ann = await service.user()
    async with service.database.look_now() as connection:
        known = await holder_of(connection, ann.key, now_s=NOW_S)
    assert known is not None
    key, found_ann = NewKey.of(bytes(ID_BYTES + SECRET_BYTES)), asyncio.Event()

    async def make() -> None:
        with alongside(StillKnown(known, lambda: NOW_S)):
            async with service.database.change() as connection:
                found_ann.set()
                await asyncio.sleep(1)  # the job would be done by then
                await artists.add(connection, ARTIST | {"user_id": ann.id})
                await add_key(connection, key, ann.id, name="b", scopes=ALL_SCOPES, now_s=NOW_S)

    making = asyncio.create_task(make())
    await found_ann.wait()
    await erased(service, ann)
    await making
    assert await left(service, ann.id) == {}


@pytest.mark.parametrize("late_s", [0.0, 0.01, 0.02, 0.04, 0.08])
async def test_whatever_comes_as_a_user_leaves_is_refused_or_goes_with_them(
    service: Service, late_s: float
) -> None:
    ann = await service.user()

    async def leave() -> int:
        await asyncio.sleep(late_s)
        return (await service.ask("DELETE", "/v1/me", ann)).status

    asked = [
        service.ask("POST", path, ann, body, {"Idempotency-Key": f"{path}{number}"})
        for number in range(4)
        for path, body in (("/v1/artists", {"name": "Ann", "handle": f"ann-{number}"}), *MADE[1:])
    ]
    leaving = [asyncio.create_task(leave()) for _ in range(2)]
    answers = await asyncio.gather(*asked)
    said = {(answer.status, (await answer.json()).get("code")) for answer in answers}
    assert said <= {
        (201, None),
        (401, "credentials_invalid"),
        (409, "idempotency_key_in_use"),  # its row went with the user, a moment before
    }
    gone = await asyncio.gather(*leaving)
    assert set(gone) <= {202, 401}
    assert 202 in gone
    await taken_away(service, ann)
    assert await left(service, ann.id) == {}
