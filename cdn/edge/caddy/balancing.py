"""Which origin is asked, and which one after it.

An origin that drains says so at ``/readyz``, and gets no new requests. Who could not be asked at
all is followed by another one, whatever was to be done; who failed to answer, only where asking
twice does no harm. One that is alone is always asked: a cache has an answer when no origin behind
it is ready.

Failures of requests are not counted. Where content breaks off, or is none that can be read, Caddy
takes the origin for the one that failed: a few uploads that end like that would have all left
alone. So origins are asked at random, which leads past one that has died before that is seen. The
one with the fewest requests would be just that one, again and again; in turn, a player that asks
twice for what has failed (Chromium first asks for one byte) would come back to it.
"""

from collections.abc import Iterator
from typing import Final

from cdn.edge.caddy.text import block, quoted
from cdn.edge.plan import Edge
from cdn.edge.roles import DEFAULT, PORTS, RULES

_CHOSEN: Final = (
    "lb_policy random",
    "health_uri /readyz",
    "health_interval 1s",
    "health_timeout 2s",
    "health_fails 2",
)
_IMPORTED: Final = "import balanced"


def balancing(edge: Edge) -> str:
    """Return the part that all have in common who are asked."""
    return block(
        "(balanced)",
        *(_CHOSEN if len(edge.origins) > 1 else []),
        "lb_try_duration 2s",
        "lb_try_interval 100ms",
        block("lb_retry_match", "method GET HEAD"),
        "# Who asks is not believed about itself.",
        "header_up -X-Request-Id",
        "header_up -Forwarded",
        "# A cache that speaks HTTP/2 would be spoken to past what stands here (h2c).",
        "header_up -Upgrade",
        "header_up -HTTP2-Settings",
        block(
            "transport http",
            "versions 1.1",
            "# One that cannot be reached leaves time to ask another.",
            "dial_timeout 1s",
            "# The origin closes idle ones after 75 s, and what is sent just then is lost.",
            "keepalive 60s",
            "# An upload may need long to be finished.",
            "response_header_timeout 300s",
            "# The origin has made all content codings that there are.",
            "compression off",
        ),
    )


def rules(edge: Edge) -> Iterator[str]:
    """Return what tells whom to ask, where roles are apart: it stands in front of ``balanced``."""
    if edge.parts:
        for number, (rule, _) in enumerate(RULES):
            yield f"@rule{number} vars_regexp asked {quoted(rule)}"


def balanced(edge: Edge) -> Iterator[str]:
    """Return who is asked for what; the first rule that fits counts."""
    if not edge.parts:
        yield _asked([str(each) for each in edge.origins])
        return
    yield 'vars asked "{http.request.method} {http.request.uri.path}"'
    for number, (_, role) in enumerate(RULES):
        yield block(f"handle @rule{number}", _of_role(edge, role))
    yield block("handle", _of_role(edge, DEFAULT))


def _of_role(edge: Edge, role: str) -> str:
    return _asked([f"{each.host}:{PORTS[role]}" for each in edge.origins])


def _asked(addresses: list[str]) -> str:
    return block(f"reverse_proxy {' '.join(addresses)}", _IMPORTED)
