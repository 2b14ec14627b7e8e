"""Playback tokens: issued to who owns what plays, for what they say and for no longer."""

import time
from typing import Any

import jwt
import pytest
from sqlalchemy import update

from cdn.signing.bounds import Circumstances
from cdn.signing.scope import EVERYTHING, Scope
from cdn.signing.token import TOKEN_CHARACTERS_MAX, KeyRing, PlaybackToken
from origin.app import create_app
from origin.companion.composition import Companion
from origin.companion.identity import principal
from origin.companion.identity.principal import ALL_SCOPES, Role
from origin.companion.media import Media
from origin.companion.playback_tokens.models import COUNTRIES_MAX, LIFE_S, LIFE_S_MAX, PAGES_MAX
from packager.queue.tables import assets
from tests.functional.api.packaging import Packaging
from tests.functional.api.service import SIGNING_KEY, Service, User, over_sqlite_alone

pytestmark = pytest.mark.long_if("postgresql")

PATH = "/v1/playback-tokens"
RING = KeyRing([SIGNING_KEY.public])


@pytest.fixture
def packaging(service: Service) -> Packaging:
    return Packaging(service)


async def issue(service: Service, by: User, **draft: Any) -> Any:
    return await service.post(PATH, by, {"playback_id": "song", **draft})


def said_by(issued: Any) -> PlaybackToken:
    return RING.verify(issued["token"], time.time())


async def test_an_owner_gets_a_token_that_plays(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    await packaging.package(ann)
    issued = await issue(service, ann)
    said = said_by(issued)
    assert (said.playback_id, said.asset_id, said.scopes) == ("song", "song-asset", EVERYTHING)
    assert said.expires_at_s - time.time() == pytest.approx(LIFE_S, abs=30)
    assert issued["hls"] == f"/t/{issued['token']}/song.m3u8"
    assert issued["dash"] == f"/t/{issued['token']}/song.mpd"
    assert issued["about"] == f"/t/{issued['token']}/song.json"
    assert issued["expires_at"].endswith(".000Z")
    assert (issued["countries"], issued["referrers"]) == (None, None)


async def test_a_token_is_limited_to_what_was_said(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    await packaging.queue(ann)
    issued = await issue(
        service,
        ann,
        valid_for_s=60,
        scopes=["play", "play"],
        countries=["DE", "AT", "DE"],
        referrers=["*.radio.example", "https://radio.example:443"],
        allow_no_referrer=True,
    )
    said = said_by(issued)
    assert said.scopes == {Scope.PLAY}
    assert (issued["scopes"], issued["about"]) == (["play"], None)
    assert issued["countries"] == ["AT", "DE"]
    assert issued["referrers"] == ["*.radio.example", "https://radio.example"]
    assert said.bounds.allow(Circumstances("DE"))
    assert said.bounds.allow(Circumstances("AT", "https://radio.example"))
    assert not said.bounds.allow(Circumstances("AT", "https://evil.example"))
    assert not said.bounds.allow(Circumstances("US"))
    strict = await issue(service, ann, referrers=["radio.example"])
    assert not said_by(strict).bounds.allow(Circumstances())


async def test_what_only_tells_plays_nothing(packaging: Packaging) -> None:
    ann = await packaging.service.user()
    await packaging.queue(ann)
    issued = await issue(packaging.service, ann, scopes=["about"])
    assert (issued["hls"], issued["dash"]) == (None, None)
    assert issued["about"].endswith("/song.json")


async def test_it_is_ones_own_alone_and_admins(packaging: Packaging) -> None:
    """Whether there is what belongs to others is not told."""
    service = packaging.service
    ann, bob = await service.user(), await service.user(number=1)
    await packaging.queue(ann)
    others = await service.post(PATH, bob, {"playback_id": "song"}, 422)
    nobodys = await service.post(PATH, bob, {"playback_id": "nobodys"}, 422)
    assert others["errors"] == nobodys["errors"]
    assert others["errors"][0]["pointer"] == "#/playback_id"
    admin = await service.user(Role.ADMIN, number=2)
    assert said_by(await issue(service, admin)).playback_id == "song"


async def test_who_may_and_with_what(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    await packaging.queue(ann)
    body = {"playback_id": "song"}
    await service.post(PATH, None, body, 401)
    listener = await service.user(Role.LISTENER, number=1)
    await service.post(PATH, listener, body, 403)
    scopes = ALL_SCOPES - {principal.Scope.PLAYBACK}
    weak = await service.post("/v1/me/keys", ann, {"name": "weak", "scopes": sorted(scopes)})
    refused = await service.post(PATH, User("", weak["key"]), body, 403)
    assert "`playback`" in refused["detail"]
    strong = await service.post("/v1/me/keys", ann, {"name": "backend", "scopes": ["playback"]})
    assert said_by(await issue(service, User("", strong["key"]))).playback_id == "song"
    assert (await service.ask("GET", "/v1/assets", User("", strong["key"]))).status == 403


async def test_what_was_deleted_or_renamed_gets_none(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    await packaging.package(ann)
    path = "/v1/assets/song-asset"
    renamed = await service.post(f"{path}/playback-ids", ann, {})
    await service.post(PATH, ann, {"playback_id": "song"}, 422)
    new = await service.post(PATH, ann, {"playback_id": renamed["id"]})
    assert said_by(new).asset_id == "song-asset"
    assert (await service.ask("DELETE", path, ann)).status in {202, 204}
    await service.post(PATH, ann, {"playback_id": renamed["id"]}, 422)


@over_sqlite_alone
async def test_a_private_track_s_sound_is_its_owner_s_to_give(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    artist = await service.post("/v1/artists", ann, {"name": "Ann", "handle": "ann"})
    asset_id = await packaging.package(ann)
    said = {"title": "Song", "artist_id": artist["id"], "asset_id": asset_id}
    await service.post("/v1/tracks", ann, {**said, "visibility": "private"})
    assert said_by(await issue(service, ann)).playback_id == "song"


@over_sqlite_alone
@pytest.mark.parametrize(
    ("draft", "where"),
    [
        ({"playback_id": "No Id"}, "#/playback_id"),
        ({"valid_for_s": 0}, "#/valid_for_s"),
        ({"valid_for_s": LIFE_S_MAX + 1}, "#/valid_for_s"),
        ({"valid_for_s": 60.5}, "#/valid_for_s"),
        ({"scopes": []}, "#/scopes"),
        ({"scopes": ["download"]}, "#/scopes/0"),
        ({"countries": []}, "#/countries"),
        ({"countries": ["de"]}, "#/countries/0"),
        ({"countries": ["AA"] * (COUNTRIES_MAX + 1)}, "#/countries"),
        ({"referrers": []}, "#/referrers"),
        ({"referrers": ["https://radio.example/page"]}, "#/referrers/0"),
        ({"referrers": ["a.example"] * (PAGES_MAX + 1)}, "#/referrers"),
        ({"country": ["DE"]}, "#/country"),
    ],
)
async def test_what_makes_no_sense_is_said(
    service: Service, draft: dict[str, Any], where: str
) -> None:
    ann = await service.user()
    refused = await service.post(PATH, ann, {"playback_id": "song", **draft}, 422)
    assert [each["pointer"] for each in refused["errors"]] == [where]


@over_sqlite_alone
async def test_all_that_may_be_said_fits(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    playback_id, asset_id = "s" * 64, "a" * 64
    await packaging.queue(ann)
    long = f"{'p' * 60}.{'q' * 31}"
    async with service.database.change() as connection:
        await connection.execute(update(assets).values(playback_id=playback_id))
    issued = await service.post(
        PATH,
        ann,
        {
            "playback_id": playback_id,
            "scopes": ["about"],
            "countries": [f"{a}{b}" for a in "ABCDEFGH" for b in "ABCDEFGH"][:COUNTRIES_MAX],
            "referrers": [f"app://{number}{long}" for number in range(PAGES_MAX)],
            "allow_no_referrer": True,
            "valid_for_s": LIFE_S_MAX,
        },
    )
    assert len(issued["token"]) < TOKEN_CHARACTERS_MAX - len(asset_id) - 128, "a longer kid, too"
    assert said_by(issued).playback_id == playback_id


@over_sqlite_alone
async def test_a_token_is_kept_nowhere_and_named_in_no_answer(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    await packaging.queue(ann)
    key = {"Idempotency-Key": "once"}
    first = await service.ask("POST", PATH, ann, {"playback_id": "song"}, key)
    assert first.headers["Cache-Control"] == "private, no-store"
    assert "Content-Encoding" not in first.headers
    again = await service.ask("POST", PATH, ann, {"playback_id": "song"}, key)
    assert (again.status, (await again.json())["code"]) == (409, "answer_not_kept")
    assert (await service.get("/v1/me/audit", ann))["items"] == []


@over_sqlite_alone
async def test_the_header_names_the_key(packaging: Packaging) -> None:
    ann = await packaging.service.user()
    await packaging.queue(ann)
    issued = await issue(packaging.service, ann)
    assert jwt.get_unverified_header(issued["token"])["kid"] == SIGNING_KEY.kid


@over_sqlite_alone
async def test_who_has_no_key_to_sign_by_has_no_such_endpoint(service: Service) -> None:
    without = Companion(service.database, Media(service.store))
    assert PATH not in {each.path for each in (*without.endpoints, *without.described)}
    paths = {
        route.resource.canonical
        for route in create_app(service.store, companion=without).router.routes()
        if route.resource is not None
    }
    assert PATH not in paths
