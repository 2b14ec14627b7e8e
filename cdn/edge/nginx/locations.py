"""The named locations: how each asks an origin, and what it keeps of the answer."""

from typing import Final

from cdn.edge.nginx.answers import STATUS, of_every_answer, refused, said, said_by_itself
from cdn.edge.nginx.text import block, quoted
from cdn.edge.nginx.tokens import CHECK_LOCATION
from cdn.edge.nginx.upstreams import FORWARDED
from cdn.edge.plan import Edge
from cdn.edge.players import FIELDS_OF_PLAYERS
from cdn.policy.cross_origin import ON_EVERY_ANSWER, PLAYED_BY, preflight_headers
from cdn.policy.route import CHALLENGE

_FAILED: Final = "error timeout invalid_header http_500 http_502 http_503 http_504"
_DROPPED: Final = ("Connection", "Upgrade", "Forwarded", "X-Purge-Secret")
_NOT_OF_COPIES: Final = ("Authorization", "Cookie", "X-HTTP-Method-Override", *FIELDS_OF_PLAYERS)
_HOLDERS: Final = {
    "Cache-Control": "$holders_cache_control",
    "CDN-Cache-Control": "$not_by_cdns",
    "Surrogate-Control": "$not_by_cdns",
}


def locations(edge: Edge) -> list[str]:
    """Return what answers the public."""
    places = [
        block("location @pass", *asked_as_it_came(), *said(), *_unbuffered()),
        block("location @keep", *kept(edge), f"proxy_cache_use_stale {_FAILED};", *said()),
        block(
            "location @keep_fresh",
            *kept(edge),
            "proxy_cache_lock off;  # what may not be kept would be asked for one by one",
            # A key (target and Origin: by HTTP/2, 26 kB) stands in it before an answer's fields:
            # where they have no room, nginx blames the origin, and leaves it alone after three.
            "proxy_buffer_size 32k;",
            *said(),
        ),
        block("location @preflight", *_preflight(), "return 204;"),
        block("location @too_much", *said_by_itself(), "return 413;"),
        unknown(),
    ]
    return [*places, *_of_holders(edge)] if edge.checks_tokens else places


def _of_holders(edge: Edge) -> list[str]:
    return [
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
            *refused(),
            *of_every_answer(),
            STATUS,
        ),
        block(
            "location @refuse",
            f"add_header WWW-Authenticate {quoted(CHALLENGE)} always;",
            *said_by_itself(),
            "return 401;",
        ),
        block("location @unopened", *said_by_itself(), "return 403;"),
        block("location @unavailable", *said_by_itself(), "return 503;"),
    ]


def unknown() -> str:
    """Return the place of what there is nothing for."""
    return block("location @unknown", *said_by_itself(), "return 404;")


def kept(edge: Edge, *unheard: str) -> list[str]:
    """Return how what is kept is asked for: with what its key says, and nothing else.

    The fields ``unheard`` of an answer have no say in what is kept. ``Vary`` never has: what it
    names is in the key, or the answer is not stored.
    """
    return [
        "client_max_body_size 1;  # where no length was told before: none is not to be had",
        "proxy_cache $kept_in;",
        'proxy_cache_key "$copy";',
        "proxy_no_cache $varies_otherwise $is_aged;",
        "proxy_force_ranges on;  # a copy is whole, whatever its origin says of ranges",
        f"proxy_ignore_headers {' '.join(('Vary', *unheard))};",
        "proxy_pass http://$upstream$path$asked_query;",
        f"proxy_set_header Host {edge.host};",
        "proxy_set_header Accept-Encoding $coding;",
        "proxy_set_header Origin $key_origin;",
        *FORWARDED,
        *(f'proxy_set_header {name} "";' for name in (*_DROPPED, *_NOT_OF_COPIES)),
    ]


def asked_as_it_came() -> list[str]:
    """Return how what is not kept is asked for."""
    return [
        "proxy_pass http://$upstream$request_uri;",
        "proxy_set_header Host $asked_host;",
        *FORWARDED,
        *(f'proxy_set_header {name} "";' for name in _DROPPED),
    ]


def _unbuffered() -> list[str]:
    return [
        "proxy_buffering off;",
        "proxy_request_buffering off;",
        "proxy_read_timeout 300s;  # what was uploaded may be looked at for that long",
        "proxy_send_timeout 60s;",
    ]


def _preflight() -> list[str]:
    headers = {**preflight_headers(PLAYED_BY), **ON_EVERY_ANSWER}
    return [f"add_header {name} {quoted(value)} always;" for name, value in headers.items()]
