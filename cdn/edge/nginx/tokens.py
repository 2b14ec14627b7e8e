"""How nginx has playback tokens checked: by the origin, whose answers it keeps.

The origin says for how long an answer holds (a minute at most, and one second where nothing opens),
and on what it depends beside its address (``Vary``). No answer is used when its time is over: while
all origins are down, what plays ends with the last one that was given.
"""

from collections.abc import Iterator
from typing import Final

from cdn.edge.nginx.text import NOTHING, block, mapped
from cdn.edge.nginx.upstreams import FORWARDED, delivering
from cdn.edge.plan import Edge
from cdn.signing.scope import ABOUT_PATTERN, Scope
from cdn.signing.token import TOKEN_PATTERN
from manifests.layout import GROWING_PREFIX, ID_PATTERN, MEDIA_PREFIX

CHECK_LOCATION: Final = "/.token-check"
"""The location that asks; from outside, it is none."""

_TOKEN: Final = f"^/t/({TOKEN_PATTERN})/"
_SUBJECTS: Final = (
    (f"^/({MEDIA_PREFIX}|{GROWING_PREFIX})/({ID_PATTERN})/", "$1/$2"),
    (rf"^/({ID_PATTERN})\.", "$1"),
)


def maps(edge: Edge) -> Iterator[str]:
    """Return what stands in front of a path (``$front``), and the question to ask (``$check``)."""
    if not edge.checks_tokens:
        yield mapped("$is_under_token", "$front", [("1", "token")], "bare")
        return
    yield mapped("$sent_path", "$token", [(_TOKEN, "$1")])
    yield mapped("$path", "$scope", [(ABOUT_PATTERN, Scope.ABOUT)], Scope.PLAY)
    yield mapped("$path", "$subject", _SUBJECTS)
    question = (r"^(\S+) (\S+) (\S+)$", "/opens/$1/$2/$3")
    yield mapped("$token $scope $subject", "$check", [question])
    yield mapped("$is_under_token$check", "$front", [(NOTHING, "bare"), ("^1$", "unread")], "token")
    yield mapped(
        "$upstream_http_cache_control",
        "$holders_cache_control",
        [
            ("no-store", "$upstream_http_cache_control"),
            (r"^(?:public, )?(max-age=[0-9]+)(?:, s-maxage=[0-9]+)?(.*)$", "private, $1$2"),
        ],
        "no-store",
        volatile=True,
    )
    forbidden = [("^.", "private, no-store")]
    yield mapped("$upstream_http_cache_control", "$not_by_cdns", forbidden, volatile=True)


def check_location(edge: Edge) -> str:
    """Return the location that asks the origin whether a token opens what is asked for."""
    return block(
        f"location = {CHECK_LOCATION}",
        "internal;",
        f"proxy_pass http://{delivering(edge)}$check;",
        "proxy_pass_request_body off;",
        "proxy_cache checks;",
        'proxy_cache_key "$check";',
        "proxy_cache_lock off;  # what begins to play would wait for half a second",
        "proxy_cache_use_stale off;",
        "proxy_cache_background_update off;",
        "proxy_cache_revalidate off;",
        *_fields(edge),
        "proxy_intercept_errors on;",
        "error_page 404 = @unopened;  # else auth_request calls it an error of ours",
    )


def _fields(edge: Edge) -> list[str]:
    return [
        f"proxy_set_header Host {edge.host};",
        'proxy_set_header Content-Length "";',
        *FORWARDED,
        *(
            f'proxy_set_header {name} "";'
            for name in ("Accept-Encoding", "Authorization", "Cookie", "Connection", "Forwarded")
        ),
    ]
