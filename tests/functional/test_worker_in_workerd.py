"""Cloudflare's Worker in workerd, which Cloudflare runs itself, in front of a real origin."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from cdn.signing.bounds import Bounds
from cdn.signing.keys import Algorithm, SigningKey, new_signing_key
from cdn.signing.referrer import ReferrerPattern
from cdn.signing.secret import SecretKey
from cdn.signing.token import sign
from tests.functional.edge_tokens import KEY, respelt
from tests.functional.packaged_tune import packaged_tune
from tests.servers.soundbridge import serving
from tests.servers.workerd import CF_FIELD, running_worker, workerd_in
from tests.sources.made_once import made_once

pytestmark = pytest.mark.long

CURVE, EDWARDS = new_signing_key(Algorithm.ES256), new_signing_key(Algorithm.EDDSA)
ENTRY = "/song.m3u8"
IN_GERMANY = {CF_FIELD: json.dumps({"country": "DE"})}


@dataclass(frozen=True)
class Answer:
    status: int
    fields: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Site:
    """The Worker, what it asks, and what plays there."""

    worker: str
    origin: str
    asset_id: str
    segment: str

    def token(self, key: SecretKey | SigningKey = CURVE, bounds: Bounds | None = None) -> str:
        return sign(
            "song",
            key,
            now_s=time.time(),
            valid_for_s=600,
            bounds=bounds or Bounds(),
            asset_id=self.asset_id,
        )

    def under(self, token: str, path: str, method: str = "GET", **fields: str) -> Answer:
        said = {name.replace("_", "-"): each for name, each in fields.items()}
        return ask(self.worker, f"/t/{token}{path}", method, {**IN_GERMANY, **said})


def ask(where: str, path: str, method: str = "GET", fields: dict[str, str] | None = None) -> Answer:
    connection = HTTPConnection(urlsplit(where).netloc, timeout=20)
    connection.request(method, path, headers={"Host": "music.example.com", **(fields or {})})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return Answer(response.status, {name.lower(): v for name, v in response.getheaders()}, body)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    program = made_once(tmp_path_factory, "workerd", workerd_in) / "package" / "bin" / "workerd"
    tune = packaged_tune(folder)
    jwks = {"keys": [KEY.to_jwk(), CURVE.public.to_jwk(), EDWARDS.public.to_jwk()]}
    with (
        serving(tune.store) as origin,
        running_worker(program, json.dumps(jwks).encode(), origin, folder) as url,
    ):
        yield Site(url, origin, tune.asset_id, tune.segment)


@pytest.mark.parametrize("key", [KEY, CURVE, EDWARDS], ids=["HS256", "ES256", "EdDSA"])
def test_sound_comes_through_as_the_origin_has_it(site: Site, key: SecretKey | SigningKey) -> None:
    token = site.token(key)
    for path in (ENTRY, "/song.mpd", "/song.json", site.segment):
        mine, origins = site.under(token, path), ask(site.origin, path)
        assert (mine.status, mine.body) == (200, origins.body)
        assert mine.fields["etag"] == origins.fields["etag"]


def test_parts_and_conditions_are_the_origins(site: Site) -> None:
    token, whole = site.token(), ask(site.origin, site.segment)
    part = site.under(token, site.segment, range="bytes=10-19")
    assert (part.status, part.body) == (206, whole.body[10:20])
    same = site.under(token, site.segment, if_none_match=whole.fields["etag"])
    assert (same.status, same.body) == (304, b"")
    head = site.under(token, site.segment, "HEAD")
    assert (head.status, head.body) == (200, b"")


def test_what_opens_nothing_is_refused(site: Site) -> None:
    token = site.token()
    head, body, signature = token.split(".")
    for other in (
        f"{head}.{body}.{respelt(signature)}",
        f"{head}.{body}.{signature[:41]}",
        site.token(new_signing_key(Algorithm.ES256)),
        "no.to.ken",
    ):
        answer = site.under(other, ENTRY)
        assert answer.status == 401, other
        assert answer.fields["access-control-allow-origin"] == "*"
    assert site.under(token, "/other.m3u8").status == 403
    assert site.under(token, "/v1/tracks").status == 404
    assert site.under(token, ENTRY, "POST").status == 405
    assert site.under(token, ENTRY, "OPTIONS").status == 204


def test_bounds_hold(site: Site) -> None:
    here, there = Bounds(frozenset({"DE"})), Bounds(frozenset({"FR"}))
    assert site.under(site.token(bounds=here), ENTRY).status == 200
    assert site.under(site.token(bounds=there), ENTRY).status == 403
    page = site.token(bounds=Bounds(referrers=(ReferrerPattern.of("a.example"),)))
    answer = site.under(page, ENTRY, origin="https://a.example")
    assert answer.status == 200
    assert "Origin, Referer" in answer.fields["vary"]
    assert site.under(page, ENTRY, origin="https://b.example").status == 403
