"""Tokens that are limited, on every path, asked in turn so that the hot path could answer, too.

Each is asked three times on one connection by who is within the limits, and as often by who is not:
whatever the first ones had kept must not be given to the others.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from obstore.store import MemoryStore

from cdn.policy.object_class import ObjectClass
from cdn.signing.bounds import ANYWHERE, Bounds, read_bounds
from cdn.signing.keys import Algorithm, new_signing_key
from cdn.signing.scope import EVERYTHING, Scope, scope_of_path
from cdn.signing.token import KeyRing, sign
from origin.app import create_app
from origin.defence.forwarding import TrustedProxies
from origin.delivery.address import kind_of
from origin.delivery.circumstances import CircumstanceFields
from origin.delivery.tokens import TokenRules
from tests.conformance.both_paths import both_paths
from tests.conformance.test_http_tokens import OF_FIRST, OF_SECOND, SEGMENT, assert_refused
from tests.conformance.wire import Origin
from tests.sources.published import publish

KEY = new_signing_key(Algorithm.ES256)
COUNTRY = "X-Country"
NOT_ENOUGH = ', error="insufficient_scope"'
ON_PAGE = "Origin: https://radio.example"
IN_GERMANY = f"{COUNTRY}: DE"
IN_COUNTRIES = read_bounds(["DE", "AT"], None, None)
ON_PAGES = read_bounds(None, ["radio.example", "*.radio.example"], None)
BOTH = read_bounds(["DE"], ["radio.example"], None)


def token_for(
    scopes: frozenset[Scope] = EVERYTHING, bounds: Bounds = ANYWHERE, valid_for_s: float = 3600
) -> str:
    return sign(
        "first-light",
        KEY,
        now_s=time.time(),
        valid_for_s=valid_for_s,
        scopes=scopes,
        bounds=bounds,
    )


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    """One that requires tokens, and believes this machine."""
    async with served_with(CircumstanceFields(COUNTRY)) as served:
        yield served


@asynccontextmanager
async def served_with(
    fields: CircumstanceFields, *, checked_by_cdn: bool = False
) -> AsyncIterator[Origin]:
    store = MemoryStore()
    asset, _ = publish(store), publish(store, "second-light")
    rules = TokenRules(
        KeyRing([KEY.public]), required=True, checked_by_cdn=checked_by_cdn, circumstances=fields
    )
    async with both_paths(create_app(store, tokens=rules), rules.verified) as paths:
        varies_by = frozenset({"Accept-Encoding", "Origin", "Referer", COUNTRY})
        yield Origin(paths.hot_port, asset, turns=3, varies_by=varies_by)


@pytest.mark.parametrize("path", OF_FIRST)
@pytest.mark.parametrize("scope", Scope)
async def test_a_scope_opens_its_paths_alone(origin: Origin, path: str, scope: Scope) -> None:
    for asked in (path, f"{path}?CMCD=bl%3D100"):
        answer = await origin.ask("GET", f"/t/{token_for(frozenset({scope}))}{asked}")
        if scope_of_path(path) is scope:
            assert answer.status == 200
        else:
            assert_refused(answer, 403, NOT_ENOUGH)


@pytest.mark.parametrize("path", OF_FIRST)
async def test_one_scope_gets_nothing_that_another_had_kept(origin: Origin, path: str) -> None:
    """Both share what was kept under any token."""
    scope = scope_of_path(path)
    good, other = (token_for(scopes) for scopes in (frozenset({scope}), EVERYTHING - {scope}))
    for token in (good, token_for(), good):
        assert (await origin.ask("GET", f"/t/{token}{path}")).status == 200
    for method in ("GET", "HEAD"):
        assert_refused(await origin.ask(method, f"/t/{other}{path}"), 403, NOT_ENOUGH)


async def test_a_scope_that_nobody_knows_opens_nothing(origin: Origin) -> None:
    for path in OF_FIRST:
        answer = await origin.ask("GET", f"/t/{token_for(frozenset())}{path}")
        assert_refused(answer, 401, ', error="invalid_token"')  # it says no word at all


@pytest.mark.parametrize("path", OF_FIRST)
@pytest.mark.parametrize(
    ("bounds", "good", "bad"),
    [
        (IN_COUNTRIES, [(IN_GERMANY,), (f"{COUNTRY}: at",)], [(), (f"{COUNTRY}: US",)]),
        (
            ON_PAGES,
            [
                (ON_PAGE,),
                ("Referer: https://www.radio.example/songs?a",),
                (ON_PAGE, "Referer: https://evil.example/"),
            ],
            [
                (),
                ("Origin: https://evil.example",),
                ("Origin: null", "Referer: https://radio.example/"),
            ],
        ),
        (BOTH, [(ON_PAGE, IN_GERMANY)], [(ON_PAGE,), (IN_GERMANY,), (ON_PAGE, f"{COUNTRY}: US")]),
    ],
    ids=["countries", "pages", "both"],
)
async def test_a_bound_holds_on_every_path(
    origin: Origin,
    path: str,
    bounds: Bounds,
    good: list[tuple[str, ...]],
    bad: list[tuple[str, ...]],
) -> None:
    token = token_for(bounds=bounds)
    assert (await origin.ask("GET", f"/t/{token_for()}{path}")).status == 200
    for fields in good:
        answer = await origin.ask("GET", f"/t/{token}{path}", *fields)
        assert answer.status == 200
        assert answer.headers["Cache-Control"].startswith("private, ")
        assert answer.headers["CDN-Cache-Control"] == "private, no-store"
    for fields in bad:
        for method in ("GET", "HEAD"):
            answer = await origin.ask(method, f"/t/{token}{path}", *fields)
            assert_refused(answer, 403, NOT_ENOUGH)
    assert (await origin.ask("GET", f"/t/{token}{path}", *good[0])).status == 200


@pytest.mark.parametrize(
    "fields",
    [
        (),
        (f"{COUNTRY}: XX",),
        (f"{COUNTRY}: T1",),
        (f"{COUNTRY}: ",),
        (f"{COUNTRY}: DE, DE",),
        (f"{COUNTRY}: DE", f"{COUNTRY}: DE"),
        (f"{COUNTRY}: D",),
        ("CF-IPCountry: DE",),
    ],
)
async def test_a_country_that_is_not_known_is_none(origin: Origin, fields: tuple[str, ...]) -> None:
    answer = await origin.ask("GET", f"/t/{token_for(bounds=IN_COUNTRIES)}{SEGMENT}", *fields)
    assert_refused(answer, 403, NOT_ENOUGH)


@pytest.mark.parametrize(
    "fields",
    [CircumstanceFields(), CircumstanceFields(COUNTRY, TrustedProxies(("192.0.2.0/24",)))],
    ids=["no field", "not trusted"],
)
async def test_nobody_else_is_believed_about_a_country(fields: CircumstanceFields) -> None:
    async with served_with(fields) as origin:
        path = f"/t/{token_for(bounds=IN_COUNTRIES)}{SEGMENT}"
        assert_refused(await origin.ask("GET", path, IN_GERMANY), 403, NOT_ENOUGH)


@pytest.mark.parametrize("path", OF_FIRST)
@pytest.mark.parametrize(
    ("bounds", "varies_by"),
    [
        (ANYWHERE, ()),
        (ON_PAGES, ("Origin", "Referer")),
        (IN_COUNTRIES, (COUNTRY,)),
        (BOTH, ("Origin", "Referer", COUNTRY)),
    ],
)
async def test_what_a_browser_keeps_is_for_where_it_was_given(
    origin: Origin, path: str, bounds: Bounds, varies_by: tuple[str, ...]
) -> None:
    unbound = (await origin.ask("GET", f"/t/{token_for()}{path}")).headers.get("Vary")
    answer = await origin.ask("GET", f"/t/{token_for(bounds=bounds)}{path}", ON_PAGE, IN_GERMANY)
    assert answer.status == 200
    assert answer.headers.get("Vary", "") == ", ".join(filter(None, (unbound, *varies_by)))


async def test_a_cdn_that_checks_tokens_keeps_one_copy() -> None:
    async with served_with(CircumstanceFields(COUNTRY), checked_by_cdn=True) as origin:
        path = f"/t/{token_for(bounds=BOTH)}{SEGMENT}"
        answer = await origin.ask("GET", path, ON_PAGE, IN_GERMANY)
        assert answer.status == 200
        assert "Vary" not in answer.headers
        assert answer.headers["CDN-Cache-Control"] == "max-age=31536000, immutable"


async def test_bounds_widen_nothing(origin: Origin) -> None:
    for path in OF_SECOND:
        answer = await origin.ask("GET", f"/t/{token_for(bounds=BOTH)}{path}", ON_PAGE, IN_GERMANY)
        assert_refused(answer, 403, NOT_ENOUGH)


async def test_a_preflight_needs_no_page(origin: Origin) -> None:
    """It is no request for sound, and the one after it will be looked at."""
    asked = ("Origin: https://evil.example", "Access-Control-Request-Method: GET")
    path = f"/t/{token_for(bounds=ON_PAGES)}{SEGMENT}"
    assert (await origin.ask("OPTIONS", path, *asked)).status == 204


def test_the_paths_are_of_both_scopes() -> None:
    assert {scope_of_path(path) for path in OF_FIRST} == set(Scope)
    kind = kind_of(SEGMENT.removeprefix("/media/first-light-asset/r1/"))
    assert kind is not None
    assert kind.object_class is ObjectClass.SEGMENT
