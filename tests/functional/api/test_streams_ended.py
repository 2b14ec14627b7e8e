"""A stream ends with what opened it, and its client is told why when it comes again."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import update

from origin.app import create_app
from origin.companion.access import Access, Issuers, RoleClaim
from origin.companion.composition import Companion
from origin.companion.identity.administration import give_role
from origin.companion.identity.new_ids import new_random_id
from origin.companion.identity.oidc.opening import open_bearers
from origin.companion.identity.oidc.token import LEEWAY_S
from origin.companion.identity.principal import ALL_SCOPES, Means, Principal, Role
from origin.companion.identity.secret import digest_of
from origin.companion.identity.session.rows import IDLE_S
from origin.companion.identity.standing import standing
from origin.companion.identity.tables import api_keys, sessions
from origin.companion.media import Media
from tests.functional.api.ending import ENDINGS, Ending, demoted, revoked
from tests.functional.api.listening import Listener, listening
from tests.functional.api.packaging import Packaging
from tests.functional.api.service import NOW_S, Service, User
from tests.functional.api.test_sessions import SAME, signed_in
from tests.servers.identity_provider import AUDIENCE, IdentityProvider, keycloak

pytestmark = pytest.mark.long_if("postgresql")

STREAM = "/v1/assets/events"
NEVER_S = 1e9
SOON_S = 1.5


@asynccontextmanager
async def asking_again(
    service: Service, ask_again_s: float, access: Access | None = None
) -> AsyncIterator[Service]:
    """Run another process, which looks that often who may still listen."""
    async with AsyncExitStack() as opened:
        tokens = None
        if access is not None and access.issuers is not None:
            tokens = await opened.enter_async_context(
                open_bearers(access.issuers, service.database, new_random_id)
            )
        companion = Companion(
            service.database, Media(service.store), access, tokens, ask_again_s=ask_again_s
        )
        app = create_app(service.store, companion=companion)
        client = await opened.enter_async_context(TestClient(TestServer(app)))
        yield replace(service, client=client, companion=companion)


@pytest.fixture
async def watchful(service: Service) -> AsyncIterator[Service]:
    async with asking_again(service, 0.0) as process:
        yield process


@pytest.mark.long_unless("revoked", "erased")
@pytest.mark.parametrize("end", ENDINGS)
async def test_a_stream_ends_with_the_key_that_opened_it(watchful: Service, end: Ending) -> None:
    ann, bob = await watchful.user(), await watchful.user(number=1)
    packaging = Packaging(watchful)
    async with listening(watchful, ann) as anns, listening(watchful, bob) as bobs:
        await end(watchful, ann)
        assert await anns.next() is None
        await packaging.queue(ann, "anns")
        await packaging.queue(bob, "bobs")
        assert await bobs.kinds(1) == ["asset.created"], "others listen on"
    again = await watchful.ask("GET", STREAM, ann)
    assert again.status == (403 if end is demoted else 401)


async def test_a_stream_of_one_asset_ends_with_the_role_that_showed_it(watchful: Service) -> None:
    admin, ann = await watchful.user(Role.ADMIN), await watchful.user(number=1)
    path = f"/v1/assets/{await Packaging(watchful).queue(ann)}/events"
    async with listening(watchful, admin, path) as heard, listening(watchful, ann, path):
        async with watchful.database.change() as connection:
            await give_role(connection, admin.id, Role.CREATOR, now_s=NOW_S)
        assert await heard.next() is None
    assert (await watchful.ask("GET", path, admin)).status == 404


@pytest.mark.parametrize("is_idle", [False, True])
async def test_a_stream_ends_with_the_session_that_opened_it(
    watchful: Service, *, is_idle: bool
) -> None:
    _, cookie = await signed_in(watchful)
    async with watchful.client.get(STREAM, headers=cookie) as response:
        assert response.status == 200
        if is_idle:
            long_ago = {"seen_s": time.time() - IDLE_S - 1}
            async with watchful.database.change() as connection:
                await connection.execute(update(sessions).values(long_ago))
        else:
            out = await watchful.ask("DELETE", "/v1/me/session", headers={**cookie, **SAME})
            assert out.status == 204
        assert await Listener(response).next() is None
    assert (await watchful.ask("GET", STREAM, headers=cookie)).status == 401


async def test_a_stream_ends_when_its_key_does(service: Service) -> None:
    ann = await service.user()
    async with asking_again(service, NEVER_S) as process:
        ended = update(api_keys).values(expires_s=time.time() + SOON_S)
        async with service.database.change() as connection:
            await connection.execute(ended)
        async with listening(process, ann) as listener:
            assert await listener.next() is None
        assert (await process.ask("GET", STREAM, ann)).status == 401


async def test_a_stream_ends_when_its_token_does(
    service: Service, provider: IdentityProvider
) -> None:
    creators = (RoleClaim("realm_access.roles", "creator"),)
    access = Access(Issuers((provider.url,), audiences=(AUDIENCE,), creators=creators))
    said = {
        "exp": time.time() - LEEWAY_S + SOON_S,
        "realm_access": {"roles": ["creator"]},
    }
    ann = User("", provider.sign(keycloak(provider, **said)))
    async with asking_again(service, NEVER_S, access) as process:
        async with listening(process, ann) as listener:
            assert await listener.next() is None
        assert (await process.ask("GET", STREAM, ann)).status == 401


async def test_streams_of_who_is_known_go_on(watchful: Service) -> None:
    ann = await watchful.user()
    key = await watchful.post("/v1/me/keys", ann, {"name": "b", "scopes": ["read"]})
    listener = User(ann.id, key["key"])
    packaging = Packaging(watchful)
    async with listening(watchful, listener) as mine:
        await revoked(watchful, ann)
        for name in ("one", "two"):
            await packaging.queue(ann, name)
            assert await mine.kinds(1) == ["asset.created"]


async def test_any_number_is_asked_about_at_once(service: Service) -> None:
    ann = await service.user()
    key_id, digest = ann.key.split("_")[1], digest_of(ann.key)
    known = Principal(
        ann.id, Role.CREATOR, ALL_SCOPES, Means.KEY, key_id, expires_s=None, digest=digest
    )
    others = [replace(known, credential_id=f"no-{number}") for number in range(1_200)]
    by_other_means = [replace(known, means=means) for means in (Means.SESSION, Means.TOKEN)]
    async with service.database.look_now() as connection:
        asked = [*others, *by_other_means, replace(known, expires_s=NOW_S), known]
        found = await standing(connection, asked, now_s=NOW_S)
    assert found == {known, by_other_means[1]}, "a user has no row that their token is in"
