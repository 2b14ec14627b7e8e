"""The named locations that answer, and the map that names the one for a request (``$place``)."""

from collections.abc import Iterator
from typing import Final

from cdn.edge.nginx.maps import is_stored, names
from cdn.edge.nginx.text import NOTHING, block, mapped, quoted
from cdn.edge.nginx.tokens import CHECK_LOCATION
from cdn.edge.plan import Edge
from cdn.policy.cross_origin import ON_EVERY_ANSWER, preflight_headers
from cdn.policy.lifetime import lifetime_of
from cdn.policy.route import CHECK, Route

_CHALLENGE: Final = 'Bearer realm="playback"'
_FAILED: Final = "error timeout invalid_header http_500 http_502 http_503 http_504"
_DROPPED: Final = ("Connection", "Upgrade", "Forwarded", "X-Purge-Secret")
_NOT_OF_COPIES: Final = ("Authorization", "Cookie", "X-HTTP-Method-Override")
_STATUSES: Final = (
    ("^HIT$", "hit"),
    ("^REVALIDATED$", "fwd=stale; fwd-status=304"),
    ("^UPDATING$", "hit; detail=updating"),
    ("^STALE$", "hit; detail=stale"),
    ("^EXPIRED$", "fwd=stale"),
    ("^MISS$", "fwd=uri-miss"),
    ("^BYPASS$", "fwd=request"),
)


def maps(edge: Edge) -> Iterator[str]:
    """Return where requests go, and what answers say of it."""
    source = "$request_method $route $front $written $who"
    yield mapped(source, "$place", _places(edge), "@pass")
    purged = rf"^(?:GET|HEAD) {names(is_stored)} bare plain "
    yield mapped(source, "$purge_place", [(purged, "@purge")], "@unknown")
    # Apart from what plays, which many different questions would else crowd out.
    yield mapped("$route", "$kept_in", [(f"^{names(_outlives_errors)}$", "copies")], "answers")
    yield mapped("$http_host", "$asked_host", [(NOTHING, edge.host)], "$http_host")
    told = [(status, f"nginx; {said}") for status, said in _STATUSES]
    yield mapped(
        "$upstream_cache_status", "$cache_status", told, "nginx; fwd=bypass", volatile=True
    )
    for variable, value in _own().values():
        seen = "$upstream_http_access_control_allow_origin"
        yield mapped(seen, variable, [(NOTHING, value)], volatile=True)
    without = [(NOTHING, "no-store")]
    yield mapped("$upstream_http_cache_control", "$own_cache_control", without, volatile=True)


def locations(edge: Edge) -> list[str]:
    """Return what answers the public."""
    places = [
        block("location @pass", *asked_as_it_came(), *told(), *_unbuffered()),
        block("location @keep", *kept(edge), f"proxy_cache_use_stale {_FAILED};", *told()),
        block(
            "location @keep_fresh",
            *kept(edge),
            "proxy_cache_lock off;  # what may not be kept would be asked for one by one",
            *told(),
        ),
        block("location @preflight", *_preflight(), "return 204;"),
        unknown(),
    ]
    if edge.checks_tokens:
        places += [
            block(
                "location @play",
                f"auth_request {CHECK_LOCATION};",
                "auth_request_set $check_vary $upstream_http_vary;",
                "add_header Vary $check_vary;  # on which page it may be kept, too",
                "error_page 500 = @unavailable;  # nobody knows now whether it may be played",
                *kept(edge),
                f"proxy_cache_use_stale {_FAILED};",
                *(f"proxy_hide_header {name};" for name in _HOLDERS),
                *(f"add_header {name} {value} always;" for name, value in _HOLDERS.items()),
                *told(own_cache_control=False),
            ),
            block(
                "location @refuse",
                f"add_header WWW-Authenticate {quoted(_CHALLENGE)} always;",
                *told(proxied=False),
                "return 401;",
            ),
            block("location @unopened", *told(proxied=False), "return 403;"),
            block("location @unavailable", *told(proxied=False), "return 503;"),
        ]
    return places


def unknown() -> str:
    """Return the place of what there is nothing for."""
    return block("location @unknown", *told(proxied=False), "return 404;")


def kept(edge: Edge, *unheard: str) -> list[str]:
    """Return how what is kept is asked for: with what its key says, and nothing else.

    The fields ``unheard`` of an answer have no say in what is kept. ``Vary`` never has: what it
    names is in the key, or the answer is not stored.
    """
    return [
        "proxy_cache $kept_in;",
        'proxy_cache_key "$copy";',
        "proxy_no_cache $varies_otherwise;",
        f"proxy_ignore_headers {' '.join(('Vary', *unheard))};",
        "proxy_pass http://$upstream$path$asked_query;",
        f"proxy_set_header Host {edge.host};",
        "proxy_set_header Accept-Encoding $coding;",
        "proxy_set_header Origin $key_origin;",
        *_forwarded(),
        *(f'proxy_set_header {name} "";' for name in (*_DROPPED, *_NOT_OF_COPIES)),
    ]


def asked_as_it_came() -> list[str]:
    """Return how what is not kept is asked for."""
    return [
        "proxy_pass http://$upstream$request_uri;",
        "proxy_set_header Host $asked_host;",
        *_forwarded(),
        *(f'proxy_set_header {name} "";' for name in _DROPPED),
    ]


def told(*, proxied: bool = True, own_cache_control: bool = True) -> list[str]:
    """Return what answers are given beside the origin's own fields.

    What nginx says by itself has what every answer has, so that players elsewhere can read why.
    """
    lines = [f"add_header {name} {variable} always;" for name, (variable, _) in _own().items()]
    if own_cache_control:
        lines.append("add_header Cache-Control $own_cache_control always;")
    if proxied:
        lines.append("add_header Cache-Status $cache_status always;")
    return lines


_HOLDERS: Final = {
    "Cache-Control": "$holders_cache_control",
    "CDN-Cache-Control": "$not_by_cdns",
    "Surrogate-Control": "$not_by_cdns",
}


def _places(edge: Edge) -> Iterator[tuple[str, str]]:
    plays = names(lambda route: route.under_token)
    yield f"^OPTIONS {plays} ", "@preflight"
    if edge.checks_tokens:
        yield rf"^\S+ {CHECK.name} ", "@unknown"  # who may play is asked by the edge alone
    yield "^(?!GET |HEAD )", "@pass"
    if edge.checks_tokens:
        yield r"^\S+ \S+ \S+ disguised ", "@unknown"  # decoded, it may be what plays
        yield rf"^\S+ {plays} token ", "@play"
        yield rf"^\S+ {plays} ", "@refuse"
    yield r"^\S+ \S+ \S+ (?:odd|disguised|tangled) ", "@pass"
    yield rf"^\S+ {plays} token ", "@pass"
    yield rf"^\S+ {names(lambda route: route.passes_credentials)} \S+ \S+ known$", "@pass"
    yield rf"^\S+ {names(_outlives_errors)} ", "@keep"
    yield rf"^\S+ {names(is_stored)} ", "@keep_fresh"


def _outlives_errors(route: Route) -> bool:
    """Tell whether a copy that is stale is better than the error of an origin.

    That is so of all that plays: of what grows, it is a part of what it will be.
    """
    lifetimes = (lifetime_of(each) for each in route.classes)
    outlives = any(each and (each.stale_if_error_s or each.immutable) for each in lifetimes)
    return is_stored(route) and outlives


def _own() -> dict[str, tuple[str, str]]:
    return {
        name: (f"$own_{name.lower().replace('-', '_')}", value)
        for name, value in ON_EVERY_ANSWER.items()
    }


def _forwarded() -> list[str]:
    return [
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "proxy_set_header X-Forwarded-Proto $scheme;",
        "proxy_set_header X-Request-Id $request_id;",
    ]


def _unbuffered() -> list[str]:
    return [
        "proxy_buffering off;",
        "proxy_request_buffering off;",
        "proxy_read_timeout 300s;  # what was uploaded may be looked at for that long",
        "proxy_send_timeout 60s;",
    ]


def _preflight() -> list[str]:
    headers = {**preflight_headers("GET, HEAD, OPTIONS"), **ON_EVERY_ANSWER}
    return [f"add_header {name} {quoted(value)} always;" for name, value in headers.items()]
