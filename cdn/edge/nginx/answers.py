"""What answers say beside an origin's own fields."""

from collections.abc import Iterator
from typing import Final

from cdn.edge.nginx.text import NOTHING, mapped
from cdn.policy.cross_origin import ON_EVERY_ANSWER

STATUS: Final = "add_header Cache-Status $cache_status always;"
"""Cache-Status (RFC 9211): nginx's member stands behind the origin's."""

_OF_COPIES: Final = "(?:412|416)"
"""What nginx answers by itself where it has a copy."""
_STATUSES: Final = (
    ("^HIT$", "hit"),
    ("^REVALIDATED$", "fwd=stale; fwd-status=304"),
    ("^UPDATING$", "hit; detail=updating"),
    ("^STALE$", "hit; detail=stale"),
    ("^EXPIRED$", "fwd=stale"),
    ("^MISS$", "fwd=uri-miss"),
    ("^BYPASS$", "fwd=request"),
)


def maps() -> Iterator[str]:
    """Return what nginx did, and what its own answers say: where an origin answered, nothing."""
    members = [(status, f"nginx; {member}") for status, member in _STATUSES]
    yield mapped(
        "$upstream_cache_status", "$cache_status", members, "nginx; fwd=bypass", volatile=True
    )
    for variable, value in _own().values():
        seen = "$upstream_http_access_control_allow_origin"
        yield mapped(seen, variable, [(NOTHING, value)], volatile=True)
    without = [(NOTHING, "no-store")]
    yield mapped("$upstream_http_cache_control", "$own_cache_control", without, volatile=True)
    refused = [(f" {_OF_COPIES} {_OF_COPIES}$", ""), (f" {_OF_COPIES}$", "no-store")]
    yield mapped(" $upstream_status $status", "$of_a_refusal", refused, volatile=True)


def said_by_itself() -> list[str]:
    """Return what nginx gives its own answers: players elsewhere can then read why."""
    return [*of_every_answer(), "add_header Cache-Control $own_cache_control always;"]


def said() -> list[str]:
    """Return what answers of an origin are given beside its own fields."""
    return [*said_by_itself(), *refused(), STATUS]


def refused() -> list[str]:
    """Return what is said where a copy has not the part, or is not as, somebody asks for.

    The copy's own fields stand beside it, and would have others keep that for a year.
    """
    names = ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control")
    return [f"add_header {name} $of_a_refusal always;" for name in names]


def of_every_answer() -> list[str]:
    """Return what every answer has."""
    return [f"add_header {name} {variable} always;" for name, (variable, _) in _own().items()]


def _own() -> dict[str, tuple[str, str]]:
    return {
        name: (f"$own_{name.lower().replace('-', '_')}", value)
        for name, value in ON_EVERY_ANSWER.items()
    }
