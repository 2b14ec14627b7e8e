"""VCL of Fastly: linted, and its decisions taken by translating it."""

import io
import json
from functools import partial
from pathlib import Path
from typing import Any

import hcl2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from cdn.edge.cloud import CloudEdge, CloudOrigin
from cdn.edge.fastly.terraform import configuration
from cdn.edge.fastly.token import subroutine
from cdn.edge.fastly.vcl import COUNTRY_FIELD, NOT_FOR_VIEWERS, service
from cdn.errors import TokenRefused
from cdn.policy.cache_control import policy_for
from cdn.policy.cache_key import cache_key_of
from cdn.policy.object_class import ObjectClass
from cdn.policy.route import ROUTES, route_of
from cdn.signing.bounds import Bounds, Circumstances
from cdn.signing.keys import Algorithm, new_signing_key
from cdn.signing.scope import Scope, scope_of_path
from cdn.signing.token import KeyRing, sign
from tests.functional.edge_tokens import CLAIMS, COUNTRIES, ENTRY, KEY, NOW_S, SEGMENT, TABLE, Asked
from tests.servers.falco import falco_in, found_in
from tests.sources.made_once import made_once
from tests.unit.cdn.edge.cloudfront_said import plain
from tests.unit.cdn.edge.targets import CODINGS, ORIGINS, PATHS, QUERIES
from tests.unit.cdn.edge.vcl_in_python import STATUSES, Answer, Request, Service, decoded

CURVE, STRANGER = new_signing_key(Algorithm.ES256), new_signing_key(Algorithm.ES256)
RING = KeyRing([CURVE.public])
PEM = CURVE.public.half.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def edge(*, checks_tokens: bool = True) -> CloudEdge:
    origin = CloudOrigin.read("https://origin.example.com")
    return CloudEdge(host="music.example.com", origin=origin, checks_tokens=checks_tokens)


VCL = service(edge())
Vcl = partial(Request, Service(VCL, {CURVE.public.kid: PEM}), now_s=NOW_S)


@pytest.fixture(scope="session")
def falco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = made_once(tmp_path_factory, "falco", falco_in)
    return folder / "package" / "bin" / "falco-linux-amd64"


@pytest.mark.parametrize("checks_tokens", [True, False])
def test_falco_finds_nothing(checks_tokens: bool, tmp_path: Path, falco: Path) -> None:  # noqa: FBT001
    assert found_in(service(edge(checks_tokens=checks_tokens)), tmp_path, falco) == []


def test_falco_finds_what_is_wrong(tmp_path: Path, falco: Path) -> None:
    assert found_in(VCL.replace("beresp.cacheable", "beresp.casheable"), tmp_path, falco)


@pytest.mark.parametrize("checks_tokens", [True, False])
def test_terraform_can_be_read(checks_tokens: bool) -> None:  # noqa: FBT001
    text = configuration(edge(checks_tokens=checks_tokens), "frankfurt-de")
    read = hcl2.load(io.StringIO(text))
    [body] = read["resource"][0]['"fastly_service_vcl"'].values()
    assert body["backend"][0]["shield"] == '"frankfurt-de"'
    assert ("dictionary" in body) is checks_tokens
    assert "shield" not in configuration(edge(), None)


@pytest.mark.parametrize(
    ("url", "is_tls"), [("https://o.example:8443", True), ("http://o.example:8443", False)]
)
def test_the_origin_is_asked_by_its_own_name(url: str, *, is_tls: bool) -> None:
    asks = CloudEdge(host="music.example.com", origin=CloudOrigin.read(url))
    read = plain(hcl2.load(io.StringIO(configuration(asks, None))))
    [body] = read["resource"][0]["fastly_service_vcl"].values()
    [backend], [health], [domain] = body["backend"], body["healthcheck"], body["domain"]
    assert (backend["address"], backend["port"]) == ("o.example", 8443)
    assert backend["override_host"] == health["host"] == "o.example"
    assert (backend["healthcheck"], backend["use_ssl"]) == (health["name"], is_tls)
    assert (backend.get("ssl_cert_hostname") == "o.example") is is_tls
    assert (backend.get("ssl_sni_hostname") == "o.example") is is_tls
    assert domain["name"] == "music.example.com"


AT_ROUTES = st.sampled_from(
    [glob.replace("*", "x/y") for route in ROUTES for glob in route.globs if glob != "*"]
)
ADDRESSES = st.one_of(AT_ROUTES, PATHS)
TARGETS = st.tuples(ADDRESSES, QUERIES, CODINGS, ORIGINS)


@given(TARGETS)
def test_the_key_is_that_of_the_policy(
    target: tuple[str, str, str | None, str | None],
) -> None:
    path, query, accept, origin = target
    asked = Vcl(path, query, {"Accept-Encoding": accept, "Origin": origin})
    asked.call("soundbridge_coding")
    asked.call("soundbridge_route")
    key = cache_key_of(f"{path}?{query}", accept, origin)
    assert (asked.fields.get("X-Soundbridge-Pass") is not None) is (key is None)
    if key is not None:
        assert asked.url == (f"{key.path}?{key.query}" if key.query else key.path)
        assert (asked.fields.get("X-Soundbridge-Origin") or "") == key.origin
        assert (asked.fields.get("Accept-Encoding") or "identity") == key.coding


@given(ADDRESSES)
def test_who_shows_who_asks_is_passed_on(path: str) -> None:
    asked = Vcl(path, "", {"Cookie": "a=b", "Authorization": "x"})
    asked.call("soundbridge_route")
    if route_of(path).passes_credentials:
        assert asked.fields["X-Soundbridge-Pass"] == "1"
        assert asked.fields["Cookie"] == "a=b"
    elif route_of(path).is_kept:
        assert asked.fields.get("Cookie") is asked.fields.get("Authorization") is None


def test_no_client_says_itself_in_which_country_it_is() -> None:
    asked = Vcl("/steering/song", "", {COUNTRY_FIELD: "FR"}, "DE")
    asked.outcome("vcl_recv")
    assert asked.fields[COUNTRY_FIELD] == "DE"
    at_shield = Vcl("/steering/song", "", {COUNTRY_FIELD: "DE"}, "US", visits=1)
    assert at_shield.outcome("vcl_recv") == "pass"
    assert at_shield.fields[COUNTRY_FIELD] == "DE"


def test_no_client_can_have_itself_passed_on() -> None:
    asked = Vcl(SEGMENT, "", {"X-Soundbridge-Pass": "1"})
    asked.call("soundbridge_route")
    assert asked.fields["X-Soundbridge-Pass"] is None


def resigned(text: str | None) -> str | None:
    """Sign with a key that Fastly can verify by, where the table's own key has signed it."""
    if text is None or f'"kid":"{KEY.kid}"'.encode() not in decoded(text.split(".")[0]):
        return text
    try:
        payload = jwt.api_jws.decode(text, KEY.half, ["HS256"])
    except jwt.PyJWTError:
        return text
    return by_curve(payload)


def by_curve(payload: bytes) -> str:
    assert isinstance(CURVE.half, EllipticCurvePrivateKey)
    headers = {"kid": CURVE.public.kid}
    return jwt.api_jws.encode(payload, CURVE.half, "ES256", headers=headers)


@pytest.mark.parametrize(
    ("asked", "status"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_what_is_let_through(asked: Asked, status: int) -> None:
    """A token that is bound to pages is refused, and one whose times are no integers."""
    text = resigned(asked.token)
    payload = b"" if text is None or text.count(".") != 2 else decoded(text.split(".")[1])
    if asked.token is not None and (b'"referrers":' in payload or b"1.5" in payload):
        status = 401
    prefix = "" if text is None else f"/t/{text}"
    got = Vcl(prefix + asked.path, "", {}, asked.country)
    assert got.status("soundbridge_token") == status
    if status == 0:
        assert got.url == asked.path


@pytest.mark.parametrize(
    "said",
    [{"act": {"exp": NOW_S + 60}}, {"a": [{"aud": "song"}]}, {"name": "Jos\u00e9"}, {"a": '"'}],
)
def test_what_vcl_might_misread_is_refused(said: dict[str, Any]) -> None:
    """VCL reads no JSON: members of members, and quotes, could be taken for claims."""
    text = by_curve(
        json.dumps({**said, "aud": "song", "exp": NOW_S + 60}).replace(" ", "").encode()
    )
    assert Vcl(f"/t/{text}{ENTRY}").status("soundbridge_token") == 401


def test_what_is_behind_a_token_keeps_its_query_until_its_route_is_known() -> None:
    text = sign("song", CURVE, now_s=NOW_S, valid_for_s=60)
    asked = Vcl(f"/t/{text}{ENTRY}", "_HLS_pathway=a")
    asked.call("soundbridge_token")
    assert asked.url == f"{ENTRY}?_HLS_pathway=a"


def test_a_stranger_who_takes_the_name_of_a_key_is_none() -> None:
    assert isinstance(STRANGER.half, EllipticCurvePrivateKey)
    claims = {"aud": "song", "exp": NOW_S + 60}
    text = jwt.encode(claims, STRANGER.half, "ES256", headers={"kid": CURVE.public.kid})
    assert Vcl(f"/t/{text}{ENTRY}").status("soundbridge_token") == 401


@settings(max_examples=200, deadline=None)
@given(
    scopes=st.sets(st.sampled_from(Scope), min_size=1),
    countries=st.one_of(st.none(), st.sets(COUNTRIES.filter(str.isalpha), min_size=1)),
    path=st.sampled_from([ENTRY, "/song.json", SEGMENT, "/other.mpd", "/media/a2/r/1.m4s"]),
    country=st.one_of(st.none(), COUNTRIES),
    age_s=st.integers(-100, 200),
)
def test_it_decides_as_the_origin_does(
    *,
    scopes: set[Scope],
    countries: set[str] | None,
    path: str,
    country: str | None,
    age_s: int,
) -> None:
    bounds = Bounds(None if countries is None else frozenset(countries))
    text = sign(
        "song",
        CURVE,
        now_s=NOW_S,
        valid_for_s=100,
        scopes=frozenset(scopes),
        bounds=bounds,
        asset_id="a1",
    )
    got = Vcl(f"/t/{text}{path}", "", {}, country, now_s=NOW_S + age_s)
    assert got.status("soundbridge_token") == at_home(text, path, country, NOW_S + age_s)


def at_home(text: str, path: str, country: str | None, now_s: float) -> int:
    try:
        known = RING.verify(text, now_s)
    except TokenRefused:
        return 401
    is_let = known.bounds.allow(Circumstances(country)) and scope_of_path(path) in known.scopes
    is_open = path.startswith((f"/{known.playback_id}.", f"/media/{known.asset_id}/"))
    return 0 if is_let and is_open else 403


@settings(max_examples=500, deadline=None)
@given(claims=CLAIMS, is_whole=st.booleans(), spaces=st.booleans())
def test_it_lets_nothing_through_that_the_origin_refuses(
    *, claims: dict[str, Any], is_whole: bool, spaces: bool
) -> None:
    usual = {"aud": "song", "exp": NOW_S + 60} if is_whole else {}
    separators = (", ", ": ") if spaces else (",", ":")
    text = by_curve(json.dumps({**usual, **claims}, separators=separators).encode())
    try:
        RING.verify(text, NOW_S)
    except TokenRefused:
        assert Vcl(f"/t/{text}{ENTRY}").status("soundbridge_token") == 401


@pytest.mark.parametrize(
    ("path", "said", "done"),
    [
        ("/v1/tracks", {}, "lookup"),
        ("/v1/tracks", {"method": "POST"}, "pass"),
        ("/v1/tracks", {"fields": {"Cookie": "a=b"}}, "pass"),
        ("/v1/tracks", {"method": "OPTIONS"}, "pass"),
        ("/healthz", {}, "pass"),
        ("/", {}, "lookup"),
        ("/", {"fields": {"Fastly-SSL": None}}, 308),
        (SEGMENT, {}, 401),
        (f"{SEGMENT}?a=b", {}, 401),
        ("/opens/x/play/song", {}, 401),
        ("/song%2em3u8", {}, 404),
        ("/v1/artists/%C3%B6", {}, "lookup"),
        ("/v1/%2e%2e/song.m3u8", {}, 404),
        ("/song%2em3u8", {"visits": 1}, "lookup"),
        ("/t/x.y.z/song.m3u8", {}, 401),
        (SEGMENT, {"method": "OPTIONS"}, 204),
        ("/t/x.y.z/song.m3u8", {"method": "OPTIONS"}, 204),
        (SEGMENT, {"visits": 1}, "lookup"),
        (SEGMENT, {"method": "FASTLYPURGE"}, "lookup"),
    ],
)
def test_what_becomes_of_a_request(path: str, said: dict[str, Any], done: str | int) -> None:
    """At a shield, whoever asks has shown a token; who purges has to show a key."""
    asked = Vcl(path, **said)
    assert asked.outcome("vcl_recv") == done
    purges = said.get("method") == "FASTLYPURGE"
    assert (asked.fields.get("Fastly-Purge-Requires-Auth") == "1") is purges


@pytest.mark.parametrize("object_class", ObjectClass)
def test_what_is_kept_is_what_the_policy_says(object_class: ObjectClass) -> None:
    """How long is read by Fastly out of the same field."""
    policy = policy_for(object_class)
    asked = Vcl(SEGMENT, answer=Answer(fields=policy.headers))
    may_be_kept = "no-store" not in policy.surrogate_control
    assert asked.outcome("vcl_fetch") == ("deliver" if may_be_kept else "pass")
    assert asked.done == {"beresp.do_stream": True}


@pytest.mark.parametrize(
    ("answer", "done"),
    [
        (Answer(fields={"Cache-Control": "max-age=60"}), "deliver"),
        (Answer(fields={"Cache-Control": "private, max-age=60"}), "pass"),
        (Answer(fields={"Surrogate-Control": "max-age=60", "Set-Cookie": "a=b"}), "pass"),
        (Answer(), "pass"),
        (Answer(503, {"Surrogate-Control": "max-age=60"}), "deliver"),
        (Answer(503, is_behind_a_stale_one=True), "deliver_stale"),
        (Answer(404, {"Surrogate-Control": "max-age=5"}, is_behind_a_stale_one=True), "deliver"),
    ],
)
def test_what_becomes_of_an_answer(answer: Answer, done: str) -> None:
    asked = Vcl(SEGMENT, answer=answer)
    assert asked.outcome("vcl_fetch") == done
    is_error = answer.status == 503 and done == "deliver"
    assert (asked.done.get("beresp.cacheable") is False) is is_error


@pytest.mark.parametrize(("code", "status"), STATUSES.items())
def test_what_is_answered_is_what_players_read(code: int, status: int) -> None:
    asked = Vcl(f"{SEGMENT}", "a=b", {"host": "music.example.com"}, answer=Answer(code))
    assert asked.outcome("vcl_error") == "deliver"
    said = {name.removeprefix("obj."): each for name, each in asked.done.items()}
    assert said["status"] == status
    if status == 308:
        assert said["http.Location"] == f"https://music.example.com{SEGMENT}?a=b"
    else:
        assert said["http.Access-Control-Allow-Origin"] == "*"
    assert ("http.WWW-Authenticate" in said) is (status in {401, 403})
    assert (said.get("http.Cache-Control") is None) is (status in {204, 308})


@pytest.mark.parametrize("is_stale", [True, False])
def test_something_stale_is_given_where_no_backend_answers(*, is_stale: bool) -> None:
    asked = Vcl(SEGMENT, answer=Answer(503, is_behind_a_stale_one=is_stale))
    assert asked.outcome("vcl_error") == ("deliver_stale" if is_stale else "deliver")
    assert asked.done == {}


def test_viewers_are_not_told_what_edges_are() -> None:
    """At a shield, an edge is who asks."""
    edge_of_viewers, shield = Vcl(SEGMENT), Vcl(SEGMENT, visits=1)
    assert edge_of_viewers.outcome("vcl_deliver") == shield.outcome("vcl_deliver") == "deliver"
    assert edge_of_viewers.done == dict.fromkeys(f"resp.http.{name}" for name in NOT_FOR_VIEWERS)
    assert shield.done == {}


def test_what_takes_its_time_has_it() -> None:
    """A stream says something every 15 s; an upload is answered when it was looked at."""
    stream, upload = Vcl("/v1/assets/events"), Vcl("/v1/uploads/x", method="PATCH")
    assert stream.outcome("vcl_pass") == upload.outcome("vcl_pass") == "pass"
    assert stream.done == {"bereq.between_bytes_timeout": 60}
    assert upload.done == {**stream.done, "bereq.first_byte_timeout": 300}


def test_the_subroutine_of_tokens_is_in_the_service() -> None:
    assert subroutine() in VCL
    assert subroutine() not in service(edge(checks_tokens=False))
