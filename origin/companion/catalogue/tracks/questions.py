"""Which list of tracks is asked for, and whether there is an index that it is read from. Pure.

A list that nothing serves is refused: it would be quick for as long as there are few tracks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Dialect, Row

from origin.companion.api import cursor
from origin.companion.api.errors import FieldError, QueryInvalid
from origin.companion.api.paging import rows_for
from origin.companion.catalogue import listing
from origin.companion.catalogue.tracks import charts, lists
from origin.companion.catalogue.tracks.models import Order, OwnTracksAsked, TracksAsked

_ONE_OF: Final = ("artist_id", "album_id", "tag", "genre")
_TOMORROW: Final = 1
"""Another machine's clock may be ahead."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a list is in the order of: a column, and the id; of which kinds they are.

    ``bits`` are what the column holds of a whole number, its sign among them. Where the list
    ``reads_all``, also what was never there for all, its column tells every two rows apart.
    """

    column: str
    kinds: tuple[type[float] | type[int], type[str]]
    bits: int = 64
    reads_all: bool = False

    def of(self, row: Row[Any]) -> cursor.Key:
        """Return a row's place."""
        return (row._mapping[self.column], row.id)  # noqa: SLF001 its public name

    def among(self, shown: Callable[[Row[Any]], bool]) -> Callable[[Row[Any]], cursor.Key]:
        """Return what tells a row's place to who is shown some rows.

        Of one that is not shown, a cursor must not tell the id: what is unlisted is there for who
        knows that. The place in front of it does as well: the row is passed over once more.
        """

        def place(row: Row[Any]) -> cursor.Key:
            at, row_id = self.of(row)
            return (at, "" if self.reads_all and not shown(row) else row_id)

        return place

    def read(self, text: str | None) -> cursor.Key | None:
        """Return the place in a cursor; raises CursorUnknown."""
        return None if text is None else cursor.read(text, self.kinds, self.bits)


BY_DATE: Final = Key("listed_s", (float, str))
BY_PLAYS: Final = Key("play_count", (int, str))
BY_TRENDING: Final = Key("trending", (float, str))
BY_POSITION: Final = Key("album_position", (int, str), bits=32, reads_all=True)
BY_CREATION: Final = Key("created_s", (float, str))
_BY_ORDER: Final = {
    Order.NEWEST: BY_DATE,
    Order.PLAYS: BY_PLAYS,
    Order.TRENDING: BY_TRENDING,
}


def check(asked: TracksAsked) -> None:
    """Raise QueryInvalid where no index serves what is asked for."""
    one, *others = [name for name in _ONE_OF if getattr(asked, name) is not None] or [""]
    if others:
        raise _refusal(others[0], f"it does not go with {one}; ask for one of them")
    if one == "album_id" and asked.order is not None:
        raise _refusal("order", "an album has its own order; leave it out")
    if one == "album_id" and asked.since is not None:
        raise _refusal("since", "it does not go with album_id; leave it out")
    if asked.order is Order.TRENDING:
        _check_trending(asked, one)
    if asked.order is Order.PLAYS and one == "tag":
        raise _refusal("order", "what has a tag is listed by date alone")
    if asked.order is Order.PLAYS and one == "artist_id" and asked.since is not None:
        raise _refusal("since", "an artist's most played are those of all time; leave it out")


def _check_trending(asked: TracksAsked, one: str) -> None:
    if one in {"artist_id", "tag"}:
        raise _refusal("order", "what trends is listed of all tracks, or of a genre")
    if asked.since is not None:
        raise _refusal("since", "what trends is of late by itself; leave it out")


def key_of(asked: TracksAsked | OwnTracksAsked) -> Key:
    """Return what the list that is asked for is in the order of."""
    if asked.album_id is not None:
        return BY_POSITION
    if isinstance(asked, OwnTracksAsked):
        return BY_CREATION
    return _BY_ORDER[asked.order or Order.NEWEST]


def public(asked: TracksAsked, dialect: Dialect, now_s: float) -> lists.Reading:
    """Return the query of what is asked for; raises QueryInvalid or CursorUnknown."""
    check(asked)
    behind, limit = key_of(asked).read(asked.cursor), rows_for(asked.limit)
    if asked.album_id is not None:
        return lists.of_album(asked.album_id, behind, limit)
    since_s = None if asked.since is None else _day(asked.since) * float(listing.DAY_S)
    if asked.tag is not None:
        return lists.tagged(asked.tag, behind, limit, since_s=since_s)
    if asked.order is Order.TRENDING:
        return lists.trending(behind, limit, genre=asked.genre)
    if asked.order is not Order.PLAYS:
        return lists.newest(
            behind, limit, genre=asked.genre, artist_id=asked.artist_id, since_s=since_s
        )
    if asked.since is None or _day(asked.since) <= listing.BEGINNING_DAY:
        return lists.most_played(behind, limit, genre=asked.genre, artist_id=asked.artist_id)
    spans = listing.spans(_day(asked.since), listing.day_of(now_s) + _TOMORROW)
    return charts.most_played_in(dialect, spans, behind, limit, genre=asked.genre)


def own(asked: OwnTracksAsked, user_id: str) -> lists.Reading:
    """Return the query of a user's own tracks; raises QueryInvalid or CursorUnknown."""
    behind, limit = key_of(asked).read(asked.cursor), rows_for(asked.limit)
    if asked.album_id is not None and asked.artist_id is not None:
        raise _refusal("album_id", "it does not go with artist_id; ask for one of them")
    if asked.album_id is not None:
        return lists.of_album(asked.album_id, behind, limit)
    return lists.own(user_id, behind, limit, artist_id=asked.artist_id)


def _refusal(name: str, detail: str) -> QueryInvalid:
    return QueryInvalid([FieldError(name, detail)])


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days
