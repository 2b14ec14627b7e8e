"""One distribution of CloudFront: which requests it treats how. Pure.

What is here is said once, and written twice: as CloudFormation and for Terraform. Behaviours follow
``cdn.policy.route``: the first pattern that fits counts, and the default one comes last. CloudFront
chooses a behaviour before it runs the function that cuts a token off, so each behaviour of what can
be under one has a second pattern for that.

CloudFront reads ``Cache-Control`` alone (``s-maxage``, ``stale-while-revalidate``,
``stale-if-error``), and keeps what is ``private`` for the minimum TTL where that is more than 0
(Developer Guide, "Manage how long content stays in the cache"): it is 0 everywhere, for errors too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cdn.edge.cloud import CloudEdge
from cdn.edge.players import OF_PLAYERS
from cdn.errors import UnusableEdge
from cdn.policy.cross_origin import PLAYED_BY
from cdn.policy.lifetime import YEAR_S
from cdn.policy.route import CREDENTIALS, ROUTES, Query, Route

CACHING_DISABLED: Final = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""Developer Guide, "Use managed cache policies": nothing is kept."""
ALL_VIEWER_EXCEPT_HOST: Final = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""Developer Guide, "Use managed origin request policies": all fields, cookies and parameters.

Without Host, so that the origin needs a certificate for its own name alone.
"""
SECRET_FIELD: Final = "X-Origin-Secret"  # noqa: S105 the name of a field
"""A load balancer in front of the origin may look at it; soundbridge does not."""
COUNTRY_FIELD: Final = "CloudFront-Viewer-Country"
ERROR_STATUSES: Final = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
"""Developer Guide, "How CloudFront caches errors": those whose time can be set."""
BEHAVIOURS_MAX: Final = 75
TLS: Final = "TLSv1.2_2021"
PRICE_CLASS: Final = "PriceClass_All"
CONNECT_S: Final = 5
MAX_TTL_S: Final = YEAR_S
READ_S: Final = {"soundbridge": 30, "soundbridge-api": 120}
"""How long the origin may say nothing, by id: it is there twice, since that is an origin's own.

What was uploaded is looked at while the one who sent it waits; 120 s is the quota.
"""
KEEPALIVE_S: Final = 60
"""Less than for how long the origin keeps an idle connection; the quota is 120 s."""

_REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]")


class Methods(StrEnum):
    """What may be asked at an address; CloudFront knows three sets."""

    PLAY = PLAYED_BY
    ALL = f"{PLAYED_BY}, PUT, PATCH, POST, DELETE"

    @property
    def names(self) -> list[str]:
        """Each of them."""
        return self.value.split(", ")


class Told(StrEnum):
    """What of a request that is in no key the origin is told."""

    NOTHING = "nothing"
    QUERY = "query"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class KeyPolicy:
    """A cache policy: what of a request is in the key, beside the path."""

    name: str
    query: bool
    coded: bool
    headers: tuple[str, ...] = ()
    cookies: bool = False

    @property
    def without(self) -> tuple[str, ...]:
        """The parameters that are not in the key where all others are."""
        return OF_PLAYERS if self.query else ()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What is done with requests that fit ``pattern``, None for all others.

    ``key`` None keeps nothing; ``plays`` says that the function of tokens is for this, that they
    open it, and that it may be signed.
    """

    pattern: str | None
    route: Route
    key: KeyPolicy | None
    methods: Methods
    plays: bool

    @property
    def asks(self) -> str:
        """The id of the origin: that for what takes its time, or the other one."""
        usual, patient = READ_S
        return patient if self.methods is Methods.ALL else usual

    @property
    def is_told(self) -> Told:
        """What the origin is told of a request, beside its path and what is in its key."""
        if self.key is not None and not self.key.query:
            return Told.NOTHING
        return Told.QUERY if self.plays else Told.EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """All of it; ``shield_region`` None is without Origin Shield."""

    edge: CloudEdge
    shield_region: str | None
    behaviours: tuple[Behaviour, ...]

    @property
    def keys(self) -> tuple[KeyPolicy, ...]:
        """The cache policies that behaviours need, each once."""
        return tuple(dict.fromkeys(each.key for each in self.behaviours if each.key is not None))

    @property
    def for_players(self) -> tuple[Told, ...]:
        """What the origin is told of what plays; a request policy each."""
        kinds = dict.fromkeys(each.is_told for each in self.behaviours if each.plays)
        return tuple(each for each in kinds if self.tells_players(each))

    def tells_country(self, told: Told) -> bool:
        """Whether the function needs the country, to check tokens, or the origin does, to steer."""
        return self.edge.checks_tokens or told is Told.QUERY

    def tells_players(self, told: Told) -> bool:
        """Whether that needs a request policy."""
        return self.tells_country(told) or told is not Told.NOTHING


def distribution_of(edge: CloudEdge, shield_region: str | None = None) -> Distribution:
    """Return the distribution in front of an origin; UnusableEdge where a region is none."""
    if shield_region is not None and not _REGION.fullmatch(shield_region):
        raise UnusableEdge(f"{shield_region!r} is no region of AWS, as eu-central-1 is one")
    return Distribution(
        edge=edge, shield_region=shield_region, behaviours=tuple(_behaviours(edge.checks_tokens))
    )


def _behaviours(checks_tokens: bool) -> Iterator[Behaviour]:  # noqa: FBT001
    if checks_tokens:
        for route in ROUTES:
            if route.under_token:
                for glob in route.globs:
                    yield _behaviour(f"/t/*{glob}", route)
    for route in ROUTES:
        for glob in route.globs:
            yield _behaviour(None if glob == "*" else glob, route)


def _behaviour(pattern: str | None, route: Route) -> Behaviour:
    plays = route.under_token
    methods = Methods.ALL if route.passes_credentials else Methods.PLAY
    return Behaviour(pattern, route, _key_of(route), methods, plays)


def _key_of(route: Route) -> KeyPolicy | None:
    if not route.is_kept:
        return None
    parts = ["query"] if route.query is Query.EVERYTHING else []
    parts += ["coding"] if route.is_coded else []
    parts += ["origin"] if route.varies_by_origin else []
    parts += ["credentials"] if route.passes_credentials else []
    return KeyPolicy(
        "-".join(["path", *parts]),
        query=route.query is Query.EVERYTHING,
        coded=route.is_coded,
        headers=_headers_of(route),
        cookies=route.passes_credentials,
    )


def _headers_of(route: Route) -> tuple[str, ...]:
    """Return the fields that part copies; CloudFront has cookies apart from others."""
    fields = [each for each in CREDENTIALS if each != "Cookie"] if route.passes_credentials else []
    return (*fields, *(["Origin"] if route.varies_by_origin else []))
