"""Rules of a zone at Cloudflare, phase by phase, as its API has them. Pure.

By itself Cloudflare caches by the ending of a path, and neither ``m3u8``, ``mpd``, ``m4s``, ``aac``
nor ``json`` are among those that it knows (Cache, "Default cache behavior"). To have it cache
everything would be wrong, too: what shows who asks is given the copy of somebody who did not. So
nothing is eligible but what a rule here says, and of that what the origin says decides
(``CDN-Cache-Control``; Cache, "CDN-Cache-Control").

Cloudflare's key has the whole URL and ``Origin`` (Cache, "Cache keys"); to choose what is in it is
for Enterprise. So what must not be in a key is taken off the request in phases before the cache's
(Ruleset Engine, "Phases list"), on every plan.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from cdn.edge.cloud import NOT_FOR_VIEWERS, CloudEdge
from cdn.edge.cloudflare.expression import ASKED_BY_NO_PLAYER, SHOWS_WHO_ASKS, of_host, requests_of
from cdn.edge.players import FIELDS_OF_PLAYERS, OF_PLAYERS
from cdn.policy.route import ROUTES, Query, Route
from cdn.tags import CACHE_TAG

REWRITES: Final = "http_request_transform"
BLOCKS: Final = "http_request_firewall_custom"
HEADERS: Final = "http_request_late_transform"
CACHE: Final = "http_request_cache_settings"
ANSWERS: Final = "http_response_headers_transform"

_Rule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Group:
    """Routes that follow each other and are treated alike."""

    routes: Sequence[Route]

    @property
    def name(self) -> str:
        """That of the first of them."""
        return self.routes[0].name.replace("-", "_")

    @property
    def any(self) -> Route:
        """One of them, for what all have in common."""
        return self.routes[0]

    @property
    def is_eligible(self) -> bool:
        """Whether Cloudflare may keep it; the page is asked for anew each time, and never is."""
        return self.any.is_kept and self.any.globs != ("*",)


def _groups() -> Iterator[_Group]:
    for _, routes in groupby(ROUTES, key=_treatment):
        yield _Group(tuple(routes))


def _treatment(route: Route) -> tuple[object, ...]:
    return (route.is_kept, route.query, route.is_coded, route.passes_credentials, route.under_token)


def rulesets(edge: CloudEdge, zone: str) -> dict[str, list[_Rule]]:
    """Return the rules of each phase, in their order; ``zone`` is what the host's name is in."""
    host = edge.host
    phases = {
        REWRITES: [*_rewrites(host)],
        HEADERS: [*_headers(host)],
        CACHE: [_nothing_else(host), *_cached(host)],
        ANSWERS: [_shown(host)],
    }
    if edge.checks_tokens:
        phases[BLOCKS] = [*_blocks(host, zone)]
    return phases


def _rule(
    ref: str, description: str, expression: str, action: str, parameters: _Rule | None = None
) -> _Rule:
    rule = {
        "ref": f"soundbridge_{ref}",
        "description": description,
        "expression": expression,
        "action": action,
    }
    return rule if parameters is None else {**rule, "action_parameters": parameters}


def _rewrites(host: str) -> Iterator[_Rule]:
    """Take off queries what parts no copies (Rules, "URL Rewrite Rules")."""
    names = ", ".join(f'"{name}"' for name in OF_PLAYERS)
    others = {"expression": f"remove_query_args(http.request.uri.query, {names})"}
    for group in _groups():
        if group.is_eligible:
            query = {"value": ""} if group.any.query is Query.NOTHING else others
            said = "Of the query, what parts copies"
            of = f'{requests_of(host, group.routes)} and http.request.uri.query ne ""'
            yield _rule(f"query_{group.name}", said, of, "rewrite", {"uri": {"query": query}})


def _headers(host: str) -> Iterator[_Rule]:
    """Take off what players say, and ``Origin`` where answers are the same for all sites."""
    for group in _groups():
        if group.is_eligible:
            names = [name.lower() for name in FIELDS_OF_PLAYERS]
            if not group.any.varies_by_origin:
                names.append("origin")
            headers = {name: {"operation": "remove"} for name in names}
            said, of = "Of the fields, what parts copies", requests_of(host, group.routes)
            yield _rule(f"fields_{group.name}", said, of, "rewrite", {"headers": headers})


def _nothing_else(host: str) -> _Rule:
    """Return what comes first: of rules that differ, the last one counts (Cache Rules, "Order")."""
    said = "Nothing is kept but by the rules below"
    return _rule("nothing", said, of_host(host), "set_cache_settings", {"cache": False})


def _cached(host: str) -> Iterator[_Rule]:
    for group in _groups():
        if group.is_eligible:
            of = requests_of(host, group.routes)
            if group.any.passes_credentials:
                of = f"{of} and not {SHOWS_WHO_ASKS}"
            said = f"Kept as the origin says: {', '.join(each.name for each in group.routes)}"
            yield _rule(f"cache_{group.name}", said, of, "set_cache_settings", _kept(group.any))


def _kept(route: Route) -> _Rule:
    """Return how it is kept; what is in several codings is recoded, and then has a weak tag."""
    return {
        "cache": True,
        "edge_ttl": {"mode": "bypass_by_default"},
        "browser_ttl": {"mode": "respect_origin"},
        "serve_stale": {"disable_stale_while_updating": False},
        "respect_strong_etags": not route.is_coded,
    }


def _shown(host: str) -> _Rule:
    """Take away what only CDNs are told.

    Tags are taken away by Cloudflare itself (Cache, "Purge cache by cache-tags").
    """
    names = (each.lower() for each in NOT_FOR_VIEWERS if each != CACHE_TAG)
    headers = {name: {"operation": "remove"} for name in names}
    said = "What only CDNs are told"
    return _rule("told", said, of_host(host), "rewrite", {"headers": headers})


def _blocks(host: str, zone: str) -> Iterator[_Rule]:
    """Refuse what plays where no token is in front, unless our own Worker asks for it.

    What Workers ask may come through these rules once more, those of other zones among them
    (WAF, "Block Worker subrequests from other zones"): the field has its zone, or nothing.
    """
    for group in _groups():
        closed = [route for route in group.routes if route.under_token and not route.is_open]
        if closed:
            said, asked = "Plays with a token alone", requests_of(host, closed)
            of = f'{asked} and cf.worker.upstream_zone ne "{zone}"'
            yield _rule(f"token_{group.name}", said, of, "block")
    of = f"{of_host(host)} and {ASKED_BY_NO_PLAYER}"
    yield _rule("opens", "Asked by edges alone, or written to be misread", of, "block")
