"""What an answer can be about. Pure.

A subject is a kind and a name: ``content:{id}``. ``content:*`` is of whatever is of that kind.
"""

from collections.abc import Iterable
from typing import Final

ALL: Final = "*"
KINDS: Final = ("user", "content", "search")

TRACK_LISTS: Final = "search:tracks"
"""Which tracks lists of all, of a genre or of a tag have, in which order."""
ALBUM_LISTS: Final = "search:albums"
ARTIST_LISTS: Final = "search:artists"
SOUNDING: Final = "search:sounding"
"""Which tracks can be heard: what is told of sound does not know which lists it is in."""


def user(artist_id: str) -> str:
    """Return the subject of what is said of an artist, on all that is theirs."""
    return f"user:{artist_id}"


def followers(artist_id: str) -> str:
    """Return the subject of how many follow an artist, which is said on their profile alone."""
    return f"user:{artist_id}/followers"


def content(entity_id: str) -> str:
    """Return the subject of a track or an album."""
    return f"content:{entity_id}"


def lists_of(artist_id: str) -> str:
    """Return the subject of which tracks and albums an artist's lists have."""
    return f"search:of/{artist_id}"


def every(kind: str) -> str:
    """Return the subject of all that is of a kind."""
    return f"{kind}:{ALL}"


def with_kinds(subjects: Iterable[str]) -> tuple[str, ...]:
    """Return subjects, each once, and those of all that is of their kinds."""
    once = dict.fromkeys(subjects)
    return (*once, *sorted({every(subject.partition(":")[0]) for subject in once}))
