"""The rooms of the API that a process can have. Pure."""

from enum import StrEnum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from origin.companion.api.endpoint import Endpoint


class Room(StrEnum):
    """Resources that a process has or has not."""

    ME = auto()
    KEYS = auto()
    SESSIONS = auto()
    WEBHOOKS = auto()
    SIGN_IN = auto()
    """The pages by which people sign in, and read about the API."""
    UPLOADS = auto()
    ASSETS = auto()
    CATALOGUE = auto()
    LISTS = auto()
    """What anyone may read of the catalogue."""
    SEARCH = auto()
    PLAYS = auto()
    PLAYBACK_TOKENS = auto()


EVERYTHING: Final = frozenset(Room)


def endpoints_of(
    rooms: "Mapping[Room, Sequence[Endpoint]]", there: frozenset[Room]
) -> "Sequence[Endpoint]":
    """Return the endpoints of the rooms that are ``there``, each once."""
    found = {
        (each.method, each.path): each
        for room, endpoints in rooms.items()
        if room in there
        for each in endpoints
    }
    return list(found.values())
