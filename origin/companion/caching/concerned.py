"""Which subjects an event concerns. Pure.

Events say what to read again, and which fields were set. A title changes what is said of a track, a
genre which lists have it, too. An album's name and whether it can be seen are on its tracks, also
on those that did not show it before: so its artist is concerned. A draft, which has no sound yet,
is seen by nobody.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from origin.companion.caching import subjects
from origin.companion.catalogue.kinds import EventKind

FORGOTTEN: Final = EventKind.ANSWERS_FORGOTTEN
"""An operator's event: its subject is what is concerned, ``user:*`` for one."""

_LISTED_BY: Final = frozenset(
    {"genre", "tags", "visibility", "asset_id", "playback_id", "album_id", "album_position"}
)
_ON_TRACKS: Final = frozenset({"title", "visibility"})
_FOUND_BY: Final = _LISTED_BY | {
    "title", "name", "handle", "language", "released_on", "duration_s",
}  # fmt: skip
"""A description counts little in search: that it says something else is found by time."""
_SOUNDS: Final = frozenset({"asset.playable", "asset.ready"})


def concerned(kind: str, subject: str, said: Mapping[str, Any]) -> Iterator[str]:
    """Yield the subjects of an event; what is not known of its kind concerns all that may be."""
    match kind.partition("."):
        case ("track", _, what):
            yield from _of_track(what, subject, said)
        case ("album", _, what):
            yield from _of_album(what, subject, said)
        case ("artist", _, what):
            yield subjects.user(subject)
            if what != "changed":
                yield subjects.ARTIST_LISTS
        case ("follow", _, _):
            yield subjects.followers(subject)
        case ("asset", _, _) if said.get("track_id"):
            yield subjects.content(said["track_id"])
            if kind in _SOUNDS:
                yield subjects.SOUNDING
        case _ if kind == FORGOTTEN:
            yield subject


def is_findable(kind: str, said: Mapping[str, Any]) -> bool:
    """Tell whether something may be found since that was not, or by other words, or is gone.

    What is gone is in no answer, but facets count it for as long as the index has it.
    """
    match kind.partition("."):
        case ("track", _, "created" | "deleted"):
            return said.get("asset_id") is not None
        case ("album" | "artist", _, "created" | "deleted"):
            return True
        case ("track" | "album" | "artist", _, "changed"):
            return _sets(said, _FOUND_BY)
        case _:
            return kind in _SOUNDS or kind == FORGOTTEN


def _of_track(what: str, track_id: str, said: Mapping[str, Any]) -> Iterator[str]:
    if what == "created" and said.get("asset_id") is None:
        return
    yield subjects.content(track_id)
    if what == "deleted" or (what == "changed" and not _sets(said, _LISTED_BY)):
        return  # lists that have it are about it
    yield subjects.TRACK_LISTS
    if said.get("artist_id"):
        yield subjects.lists_of(said["artist_id"])
    if said.get("album_id"):
        yield subjects.content(said["album_id"])


def _of_album(what: str, album_id: str, said: Mapping[str, Any]) -> Iterator[str]:
    yield subjects.content(album_id)
    if what == "deleted":
        return
    yield subjects.ALBUM_LISTS
    if said.get("artist_id"):
        yield subjects.lists_of(said["artist_id"])
        if what != "created" and _sets(said, _ON_TRACKS):
            yield subjects.user(said["artist_id"])


def _sets(said: Mapping[str, Any], some: Collection[str]) -> bool:
    """Tell whether it sets one of some fields, or does not say which ones it sets."""
    fields = said.get("fields")
    return fields is None or not set(some).isdisjoint(fields)
