"""What answers say beside an origin's own fields."""

from collections.abc import Iterator
from typing import Final

from cdn.edge.nginx.text import NOTHING, mapped
from cdn.policy.cross_origin import ON_EVERY_ANSWER

STATUS: Final = "add_header Cache-Status $cache_status always;"
"""Cache-Status (RFC 9211): nginx's member stands behind the origin's."""

_LIFETIMES: Final = ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control")
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
    yield mapped("$status", "$of_no_range", [("^416$", "no-store")], volatile=True)


def said_by_itself() -> list[str]:
    """Return what nginx gives its own answers: players elsewhere can then read why."""
    return [*of_every_answer(), "add_header Cache-Control $own_cache_control always;"]


def of_copies() -> list[str]:
    """Return what is said of what is kept: no range of it that is none is for anybody to keep.

    That there is no such range nginx finds when it has written the fields of the whole, with how
    long that is to be kept; where two of a name differ, the stricter one counts (RFC 9111 §4.2.1).
    """
    return [f"add_header {name} $of_no_range always;" for name in _LIFETIMES]


def said() -> list[str]:
    """Return what answers of an origin are given beside its own fields."""
    return [*said_by_itself(), STATUS]


def of_every_answer() -> list[str]:
    """Return what every answer has."""
    return [f"add_header {name} {variable} always;" for name, (variable, _) in _own().items()]


def _own() -> dict[str, tuple[str, str]]:
    return {
        name: (f"$own_{name.lower().replace('-', '_')}", value)
        for name, value in ON_EVERY_ANSWER.items()
    }
