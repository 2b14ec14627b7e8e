"""Whom nginx asks: every origin alike, or, of five roles, those that have what is asked for."""

from collections.abc import Sequence
from typing import Final

from cdn.edge.nginx.text import block, mapped
from cdn.edge.plan import Address, Edge
from cdn.edge.roles import DEFAULT, PORTS, RULES

WHOLE: Final = "soundbridge"
"""The upstream of programs that are whole."""

FORWARDED: Final = (
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "proxy_set_header X-Forwarded-Proto $scheme;",
    "proxy_set_header X-Request-Id $request_id;",
)
"""What they are told of who asks."""

_FAILURES: Final = "max_fails=3 fail_timeout=5s"
_BALANCING: Final = (
    "least_conn;",
    "keepalive 64;",  # idle ones; the origin keeps them for 75 s, nginx for 60
)


def delivering(edge: Edge) -> str:
    """Return the upstream that has what plays, and the checks of its tokens."""
    return DEFAULT if edge.parts else WHOLE


def upstreams(edge: Edge) -> list[str]:
    """Return the upstreams, and the map that says which one is asked (``$upstream``)."""
    if not edge.parts:
        return [_upstream(WHOLE, edge.origins), mapped("", "$upstream", (), WHOLE)]
    parts = [
        _upstream(role, [Address(each.host, port) for each in edge.origins])
        for role, port in PORTS.items()
    ]
    return [*parts, mapped("$request_method $path", "$upstream", RULES, DEFAULT)]


def _upstream(name: str, servers: Sequence[Address]) -> str:
    lines = [f"server {each} {_FAILURES};" for each in servers]
    # The zone is shared by nginx's processes, so that they count together.
    return block(f"upstream {name}", f"zone {name} 128k;", *_BALANCING, *lines)
