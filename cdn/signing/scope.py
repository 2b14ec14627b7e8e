"""What a token may be limited to: to play, or to what is told about what plays. Pure.

A token that says no scope opens everything of its playback id. What each class of object needs is a
table; an address alone tells it, too, by its ending, so that an edge needs no more than that: the
two never disagree (a test holds every address of the origin against the table).
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from cdn.errors import TokenRefused
from cdn.policy.object_class import ObjectClass


class Scope(StrEnum):
    """A word of the claim ``scope`` (RFC 8693 §4.2)."""

    PLAY = "play"
    ABOUT = "about"


EVERYTHING: Final = frozenset(Scope)

SCOPES: Final[Mapping[ObjectClass, Scope]] = MappingProxyType(
    {
        ObjectClass.SEGMENT: Scope.PLAY,
        ObjectClass.INIT: Scope.PLAY,
        ObjectClass.MEDIA_PLAYLIST: Scope.PLAY,
        ObjectClass.MULTIVARIANT_PLAYLIST: Scope.PLAY,
        ObjectClass.MPD: Scope.PLAY,
        ObjectClass.GROWING_PLAYLIST: Scope.PLAY,
        ObjectClass.PROVISIONAL_INIT: Scope.PLAY,
        ObjectClass.ENTRY_PLAYLIST: Scope.PLAY,
        ObjectClass.ENTRY_MPD: Scope.PLAY,
        ObjectClass.STEERING: Scope.PLAY,
        ObjectClass.METADATA: Scope.ABOUT,
        ObjectClass.WAVEFORM: Scope.ABOUT,
        ObjectClass.CHAPTERS: Scope.ABOUT,
        ObjectClass.ARTWORK: Scope.ABOUT,
    }
)
"""What a token needs for each class that can stand under one.

An entry of what is still being packaged is there as what it will be: a playlist, or metadata.
"""

ABOUT_ENDINGS: Final = (".json", ".dat", ".jpg")
"""How addresses end that tell about what plays; all others under a token play."""
ABOUT_PATTERN: Final = f"(?:{'|'.join(map(re.escape, ABOUT_ENDINGS))})$"
"""The same, as edges look for it."""

_WORD: Final = r"[!#-\[\]-~]"
CLAIM_PATTERN: Final = rf"{_WORD}+(?: {_WORD}+)*"
"""RFC 6749 §3.3."""
_CLAIM: Final = re.compile(CLAIM_PATTERN)


def scope_of_path(path: str) -> Scope:
    """Return what a token needs for an address, given without its query."""
    return Scope.ABOUT if path.endswith(ABOUT_ENDINGS) else Scope.PLAY


def read_scopes(claim: object) -> frozenset[Scope]:
    """Return what a claim opens; raises TokenRefused where it is no list of words.

    A word that nobody here knows opens nothing, be it alone or beside others.
    """
    if not isinstance(claim, str) or not _CLAIM.fullmatch(claim):
        raise TokenRefused("this token's scope is no list of words")
    return EVERYTHING.intersection(claim.split(" "))


def written(scopes: Iterable[Scope]) -> str:
    """Return scopes as the claim has them."""
    return " ".join(sorted(set(scopes)))
