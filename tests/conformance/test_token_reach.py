"""A token never opens more than what it names, nor less: every kind of token, path and request.

What a model says of a few lines is held against the origin, asked twice on connections that have
the hot path, and against what an edge is told that asks.
"""

import time
from dataclasses import dataclass
from itertools import product

from aiohttp import ClientSession
from obstore.store import MemoryStore

from cdn.signing.bounds import ANYWHERE, Bounds, read_bounds
from cdn.signing.keys import Algorithm, new_signing_key
from cdn.signing.scope import Scope
from cdn.signing.token import KeyRing, sign
from origin.app import create_app
from origin.delivery.circumstances import CircumstanceFields
from origin.delivery.tokens import TokenRules
from tests.conformance.both_paths import both_paths
from tests.sources.published import publish

KEY = new_signing_key(Algorithm.ES256)
COUNTRY = "X-Country"
OWNERS = ("first-light", "second-light")
SCOPES = [frozenset(Scope), frozenset({Scope.PLAY}), frozenset({Scope.ABOUT})]


@dataclass(frozen=True)
class Asked:
    """A path, with what is needed for it, and what an edge asks in its place."""

    path: str
    scope: Scope
    owner: str
    check: str


@dataclass(frozen=True)
class From:
    """Where a request comes from, with what is told of that."""

    headers: tuple[tuple[str, str], ...]
    country: str | None
    site: str | None


def asked(owner: str) -> list[Asked]:
    below, media = f"/media/{owner}-asset/r1", f"media/{owner}-asset"
    return [
        Asked(f"/{owner}.m3u8", Scope.PLAY, owner, owner),
        Asked(f"/{owner}.json", Scope.ABOUT, owner, owner),
        Asked(f"{below}/128k/00001.m4s", Scope.PLAY, owner, media),
        Asked(f"{below}/waveform.dat", Scope.ABOUT, owner, media),
    ]


PATHS = [each for owner in OWNERS for each in asked(owner)]
BOUNDS: list[tuple[Bounds, str | None, str | None]] = [
    (ANYWHERE, None, None),
    (read_bounds(["DE"], None, None), "DE", None),
    (read_bounds(None, ["radio.example"], None), None, "radio.example"),
    (read_bounds(["DE"], ["radio.example"], None), "DE", "radio.example"),
]
PLACES = [
    From((), None, None),
    From((("Referer", "https://radio.example/"),), None, "radio.example"),
    From(((COUNTRY, "DE"), ("Origin", "https://radio.example")), "DE", "radio.example"),
    From(((COUNTRY, "DE"), ("Referer", "https://evil.example/radio.example")), "DE", "evil"),
    From(((COUNTRY, "US"), ("Origin", "https://radio.example")), "US", "radio.example"),
]


async def test_a_token_opens_what_it_names_and_no_more() -> None:
    store = MemoryStore()
    for owner in OWNERS:
        publish(store, owner)
    rules = TokenRules(KeyRing([KEY.public]), True, circumstances=CircumstanceFields(COUNTRY))
    opened = 0
    async with (
        both_paths(create_app(store, tokens=rules), rules.verified) as paths,
        ClientSession(f"http://127.0.0.1:{paths.hot_port}") as client,
    ):
        for owner, scopes, (bounds, country, site) in product(OWNERS, SCOPES, BOUNDS):
            token = sign(
                owner, KEY, now_s=time.time(), valid_for_s=3600, scopes=scopes, bounds=bounds
            )
            for what, place in product(PATHS, PLACES):
                is_open = (
                    what.owner == owner
                    and what.scope in scopes
                    and country in {None, place.country}
                    and site in {None, place.site}
                )
                headers, where = dict(place.headers), (token, what, place)
                for _ in range(2):
                    async with client.get(f"/t/{token}{what.path}", headers=headers) as answer:
                        assert answer.status == (200 if is_open else 403), where
                check = f"/opens/{token}/{what.scope}/{what.check}"
                async with client.get(check, headers=headers) as answer:
                    assert answer.status == (204 if is_open else 403), where
                opened += is_open
        assert paths.hot.given > 100, "the hot path had its part"
    assert opened > 100
