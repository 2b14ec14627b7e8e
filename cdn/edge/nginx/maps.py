"""What of a request decides what becomes of it, as maps of nginx out of the policy.

``$path`` is what was sent without a token in front, ``$route`` its route, ``$place`` the named
location that answers. ``$copy`` is the cache key: it says what ``cdn.policy.cache_key`` says, and
what the origin is then asked is nothing else than that.
"""

from collections.abc import Callable, Iterator
from typing import Final

from cdn.edge.nginx.text import NOTHING, mapped
from cdn.policy.cache_key import ODDLY_WRITTEN, OF_PLAYERS
from cdn.policy.coding import AT_EDGES, Coding, accepted
from cdn.policy.lifetime import lifetime_of
from cdn.policy.route import ROUTES, UNDER_TOKEN, Query, Route

RUNS: Final = 6
"""How many runs of parameters that count a query may have between what players put there."""

_OF_PLAYERS: Final = rf"(?:&(?:{OF_PLAYERS}(?:=[^&]*)?)?(?=&|$))*+"
_OTHERS: Final = rf"((?:&(?!{OF_PLAYERS}(?:[=&]|$))[^&]+)*+)"
QUERY: Final = f"^{(_OF_PLAYERS + _OTHERS) * RUNS}{_OF_PLAYERS}$"
"""Finds in a query, with ``&`` in front, what counts of it: its groups, one after the other."""

_JWT: Final = "eyJ"
"""How each token begins: an object in JSON, as base64url has it (RFC 7519 §3.1)."""

_TANGLED: Final = "-"
"""The query of which that is not known; no query that counts has it."""


def names(holds: Callable[[Route], bool]) -> str:
    """Return an expression of the names of the routes of which something holds."""
    return "(?:" + "|".join(route.name for route in ROUTES if holds(route)) + ")"


def is_stored(route: Route) -> bool:
    """Tell whether nginx stores anything of a route; what is fresh for no second, it does not."""
    lifetimes = (lifetime_of(each) for each in route.classes)
    return route.is_kept and any(each and each.in_shared_caches_s for each in lifetimes)


def maps() -> list[str]:
    """Return what routes, keys and questions to the origin are made of."""
    return [*_paths(), *_queries(), *_copies(), *_ways()]


def _paths() -> Iterator[str]:
    patterns = [(route.pattern, route.name) for route in ROUTES]
    yield mapped("$request_uri", "$sent_path", [("^([^?]*)", "$1")])
    yield mapped("$sent_path", "$below_token", [(f"{UNDER_TOKEN}(.*)$", "$2")])
    yield mapped("$below_token", "$route_below_token", patterns)
    yield mapped(
        "$route_below_token",
        "$is_under_token",
        [(f"^{names(lambda route: route.under_token)}$", "1")],
    )
    yield mapped("$is_under_token$below_token", "$path", [("^1(.*)$", "$1")], "$sent_path")
    yield mapped("$path", "$route", patterns)
    yield mapped("$path", "$logged_path", [(f"^(.*?){_JWT}", "$1-")], "$path")


def _queries() -> Iterator[str]:
    groups = "".join(f"${number}" for number in range(1, RUNS + 1))
    yield mapped("&$args", "$query_without_players", [(QUERY, groups)], _TANGLED)
    counts = f"^{names(lambda route: route.query is Query.EVERYTHING)}$"
    yield mapped("$route", "$query", [(counts, "$query_without_players")])
    yield mapped("$query", "$asked_query", [("^&(.*)$", "?$1")])


def _copies() -> Iterator[str]:
    codings = [(accepted(each), each) for each in AT_EDGES if each is not Coding.IDENTITY]
    yield mapped("$http_accept_encoding", "$accepted_coding", codings, Coding.IDENTITY)
    coded = f"^{names(lambda route: route.is_coded)}$"
    yield mapped("$route", "$coding", [(coded, "$accepted_coding")], Coding.IDENTITY)
    by_origin = f"^{names(lambda route: route.varies_by_origin)}$"
    yield mapped("$route", "$key_origin", [(by_origin, "$http_origin")])
    yield mapped("", "$copy", (), "$path$asked_query $coding $key_origin")
    named = "(?:Accept-Encoding|Authorization|Cookie)"
    by_others = [
        (rf"(?i)^\S+ (?:[ \t,]|{named}(?=[ \t,]|$))*$", ""),
        (rf"(?i)^{by_origin[1:-1]} (?:[ \t,]|(?:Origin|{named})(?=[ \t,]|$))*$", ""),
    ]
    yield mapped("$route $upstream_http_vary", "$varies_otherwise", by_others, "1", volatile=True)


def _ways() -> Iterator[str]:
    yield mapped("$path", "$is_odd", [(ODDLY_WRITTEN, "1")])
    yield mapped(
        "$is_odd$query $sent_path $uri",
        "$written",
        [(r"^1\S* /v1/\S* /v1/", "odd"), ("^1", "disguised"), (f"^{_TANGLED} ", "tangled")],
        "plain",
    )
    yield mapped("$http_authorization$http_cookie", "$who", [(NOTHING, "anybody")], "known")
    brought = "$http_content_length $http_transfer_encoding"
    yield mapped(brought, "$content", [("^0* $", "empty")], "content")
