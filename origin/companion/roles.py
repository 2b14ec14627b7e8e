"""Which resources each role of the program has. Pure.

Without a role, one process is everything. Several roles make one process that has what each has.
``streaming`` is delivery alone: it has no resource of the API, and no database.
"""

from collections.abc import Collection
from enum import StrEnum, auto
from typing import Final

from cdn.edge.roles import PORTS as PORTS_BEHIND_EDGES
from origin.companion.rooms import EVERYTHING, Room


class Role(StrEnum):
    """What a process can be."""

    AUTH = auto()
    UPLOAD = auto()
    STREAMING = auto()
    SEARCH = auto()
    ANALYTICS = auto()


ROOMS: Final = {
    Role.AUTH: frozenset(
        {
            Room.ME,
            Room.KEYS,
            Room.SESSIONS,
            Room.WEBHOOKS,
            Room.SIGN_IN,
            Room.PLAYBACK_TOKENS,
        }
    ),
    Role.UPLOAD: frozenset({Room.UPLOADS, Room.ASSETS, Room.CATALOGUE}),
    Role.STREAMING: frozenset[Room](),
    Role.SEARCH: frozenset({Room.SEARCH, Room.LISTS}),
    Role.ANALYTICS: frozenset({Room.PLAYS}),
}
PORTS: Final = {role: PORTS_BEHIND_EDGES[role] for role in Role}


def rooms_of(roles: Collection[Role]) -> frozenset[Room]:
    """Return what a process with these roles has of the API; with none, everything."""
    if not roles:
        return EVERYTHING
    return frozenset[Room]().union(*(ROOMS[role] for role in roles))


def delivers(roles: Collection[Role]) -> bool:
    """Tell whether a process with these roles serves media."""
    return not roles or Role.STREAMING in roles


def port_of(roles: Collection[Role], usual: int) -> int:
    """Return the port of the first of these roles, the usual one without any."""
    return next((PORTS[role] for role in Role if role in roles), usual)
