"""VCL of Fastly: linted, and what of a request it looks up, by translating it."""

import io
from pathlib import Path
from typing import Any

import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.edge.cloud import CloudEdge, CloudOrigin
from cdn.edge.fastly.terraform import configuration
from cdn.edge.fastly.token import subroutine
from cdn.edge.fastly.vcl import COUNTRY_FIELD, service
from cdn.policy.cache_key import cache_key_of
from cdn.policy.route import ROUTES, route_of
from tests.functional.edge_tokens import SEGMENT
from tests.servers.falco import falco_in, found_in
from tests.sources.made_once import made_once
from tests.unit.cdn.edge.fastly_asked import VCL, Vcl, edge
from tests.unit.cdn.edge.targets import CODINGS, ORIGINS, PATHS, QUERIES
from tests.unit.cdn.edge.terraform_said import plain


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


def test_what_players_say_in_fields_goes_no_further_than_copies() -> None:
    miss = VCL.partition("sub vcl_miss {")[2].partition("\n}")[0].splitlines()
    for name in ("Object", "Request", "Session", "Status"):
        assert f"  unset bereq.http.CMCD-{name};" in miss
    assert Vcl(SEGMENT).outcome("vcl_miss") == "fetch"


def test_no_client_can_have_itself_passed_on() -> None:
    said: dict[str, str | None] = {"X-Soundbridge-Pass": "1", "X-Soundbridge-Origin": "x"}
    asked = Vcl(SEGMENT, "", said)
    asked.call("soundbridge_route")
    assert [asked.fields[name] for name in said] == [None, None]


def test_the_key_is_hashed() -> None:
    lines = VCL.partition("sub vcl_hash {")[2].partition("\n}")[0].splitlines()
    by_origin = 'if(req.http.X-Soundbridge-Origin, req.http.X-Soundbridge-Origin, "")'
    assert {f"  set req.hash += {each};" for each in ("req.url", by_origin)} <= set(lines)


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


def test_the_subroutine_of_tokens_is_in_the_service() -> None:
    assert subroutine() in VCL
    assert subroutine() not in service(edge(checks_tokens=False))
