"""Who is not known any more when the last byte of a file has come makes no asset of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientResponse
from sqlalchemy import select, update

from origin.companion.access import Access, Issuers, RoleClaim
from origin.companion.identity.oidc.token import LEEWAY_S
from origin.companion.identity.principal import Role
from origin.companion.identity.tables import users
from origin.companion.uploads.places.folder import FolderPlace
from origin.companion.uploads.reaping import reap
from origin.companion.uploads.tables import uploads
from origin.delivery.errors import StoreUnavailable
from tests.functional.api.catalogue import artist
from tests.functional.api.ending import ENDINGS, Ending, erased, removed, revoked
from tests.functional.api.sending import SOUND, queued, told
from tests.functional.api.service import Service, User
from tests.functional.api.test_tus import OCTETS, VERSION
from tests.functional.api.test_tus_quota import make_with, part
from tests.servers.identity_provider import AUDIENCE, IdentityProvider, identity_provider, keycloak

pytestmark = pytest.mark.long_if("postgresql")


@pytest.fixture
async def provider() -> AsyncIterator[IdentityProvider]:
    async with identity_provider(algorithm="ES256") as running:
        yield running


@pytest.fixture
def access(provider: IdentityProvider) -> Access:
    creators = (RoleClaim("realm_access.roles", "offline_access"),)
    return Access(Issuers((provider.url,), audiences=(AUDIENCE,), creators=creators))


class Slow:
    """A file whose last bytes come when the test says so."""

    def __init__(self, service: Service, by: User, upload: dict[str, Any], way: str) -> None:
        self._goes_on = asyncio.Event()
        said = {**VERSION, **OCTETS, "Upload-Offset": "0"} if way == "tus" else {}
        method = "PATCH" if way == "tus" else "PUT"
        path, headers = upload["send"][way], by.headers | said
        asked = service.client.request(method, path, data=self._parts(), headers=headers)
        self._answering = asyncio.create_task(self._answered(asked))
        self._service, self._id = service, upload["id"]

    async def _answered(self, asked: Any) -> ClientResponse:
        response: ClientResponse = await asked
        return response

    async def _parts(self) -> AsyncIterator[bytes]:
        yield SOUND[:500_000]
        await self._goes_on.wait()
        yield SOUND[500_000:]

    async def begun(self, by: User) -> None:
        """Wait until who sends it was asked who they are."""
        path = f"/v1/uploads/{self._id}"
        while (await self._service.get(path, by))["state"] == "waiting":
            pass

    async def answer(self) -> int:
        """Send the rest; return the status."""
        self._goes_on.set()
        return (await self._answering).status


@pytest.mark.parametrize("way", ["put", "tus"])
@pytest.mark.parametrize("end", ENDINGS)
async def test_a_key_that_ends_while_a_file_comes_makes_no_asset_of_it(
    service: Service, end: Ending, way: str
) -> None:
    ann = await service.user()
    by = await artist(service, ann)
    track = {"artist_id": by["id"], "title": "A", "visibility": "public"}
    upload = await service.post("/v1/uploads", ann, {"size_bytes": len(SOUND), "track": track})
    slow = Slow(service, ann, upload, way)
    await slow.begun(ann)
    await end(service, ann)
    assert await slow.answer() == (410 if end in {erased, removed} else 401)
    assert [job for job in await queued(service) if job["kind"] == "package"] == []
    assert [path for path in service.media.rglob("*") if path.is_file()] == []
    assert await told(service, "upload.completed") == []
    assert await told(service, "upload.failed") == [upload["id"]]


async def test_a_file_may_take_longer_than_a_token_is_good(
    service: Service, provider: IdentityProvider
) -> None:
    ends_s = time.time() + 2
    token = provider.sign(keycloak(provider, exp=ends_s - LEEWAY_S))
    ann = User((await service.get("/v1/me", User("", token)))["id"], token)
    upload = await service.post("/v1/uploads", ann, {"size_bytes": len(SOUND)})
    slow = Slow(service, ann, upload, "put")
    await slow.begun(ann)
    await asyncio.sleep(ends_s - time.time())
    await service.get("/v1/me", ann, 401)
    assert await slow.answer() == 200
    assert len(await queued(service)) == 1


async def test_who_may_more_by_now_may_end_a_file(service: Service) -> None:
    ann = await service.user()
    upload = await service.post("/v1/uploads", ann, {"size_bytes": len(SOUND)})
    slow = Slow(service, ann, upload, "put")
    await slow.begun(ann)
    async with service.database.change() as connection:
        await connection.execute(update(users).values(role=Role.ADMIN))
    assert await slow.answer() == 200


async def test_a_key_that_ends_once_a_file_is_made_of_parts_ends_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await service.user()
    parts = [await part(service, ann, each) for each in (SOUND[:9_000], SOUND[9_000:])]

    async def settled(*_: object) -> None:
        await revoked(service, ann)

    monkeypatch.setattr(FolderPlace, "settled", settled)
    await make_with(service, ann, 201, Upload_Concat=f"final;{' '.join(parts)}")
    assert len(await queued(service)) == 1
    async with service.database.look_now() as connection:
        states = list(await connection.scalars(select(uploads.c.state)))
    assert states == ["complete"]


@pytest.mark.parametrize("what", ["discard", "settled"])
async def test_a_store_that_fails_once_a_file_is_made_of_parts_refuses_nobody(
    service: Service, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Or they would have it made once more: what they are not told of is packaged."""
    ann = await service.user()
    paths = [await part(service, ann, each) for each in (SOUND[:9_000], SOUND[9_000:])]

    async def away(*_: object) -> None:
        if await queued(service):
            raise StoreUnavailable("It is away.")

    with monkeypatch.context() as patched:
        patched.setattr(FolderPlace, what, away)
        await make_with(service, ann, 201, Upload_Concat=f"final;{' '.join(paths)}")
    assert len(await queued(service)) == 1
    in_time_s = time.time() + 2 * service.uploads.rules.expires_s
    await reap(replace(service.uploads, clock=lambda: in_time_s))
    assert [upload["state"] for upload in (await service.get("/v1/uploads", ann))["items"]] == [
        "complete"
    ]
    assert len([path for path in service.media.rglob("*") if path.is_file()]) == 1
