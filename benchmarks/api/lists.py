"""The lists that are asked for, and keys at any depth of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Dialect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.api.catalogue import GENRES, NOW_S, TAGS, Catalogue
from origin.companion.api import cursor
from origin.companion.catalogue import listing
from origin.companion.catalogue.tables import track_tags, tracks
from origin.companion.catalogue.tracks import questions
from origin.companion.catalogue.tracks.lists import Reading
from origin.companion.catalogue.tracks.models import Order, OwnTracksAsked, TracksAsked

Asked = TracksAsked | OwnTracksAsked
_LISTED = tracks.c.listed_s.is_not(None)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as a client asks for it, and which rows it is of, said in the plainest way."""

    asked: Asked
    rows: Sequence[ColumnElement[bool]]
    user_id: str = ""

    def query(self, dialect: Dialect, behind: cursor.Key | None) -> Reading:
        """Return what is sent to the database for a page."""
        on = None if behind is None else cursor.write(behind)
        asked = self.asked.model_copy(update={"cursor": on})
        if isinstance(asked, OwnTracksAsked):
            return questions.own(asked, self.user_id)
        return questions.public(asked, dialect, NOW_S)

    async def keys(self, connection: AsyncConnection, depth: int, limit: int) -> list[cursor.Key]:
        """Return some keys from a depth on; none where the list is not as deep."""
        by = questions.key_of(self.asked).column
        column = tracks.c[by]
        order: list[ColumnElement[Any]] = [column, tracks.c.id]
        if by != "album_position":
            order = [each.desc() for each in order]
        rows = select(column, tracks.c.id).where(*self.rows).order_by(*order)
        found = await connection.execute(rows.offset(depth).limit(limit))
        return [(row[0], row[1]) for row in found]


def _public(**said: object) -> TracksAsked:
    return TracksAsked.model_validate(said)


def _own(**said: object) -> OwnTracksAsked:
    return OwnTracksAsked.model_validate(said)


def all_lists(catalogue: Catalogue) -> dict[str, Listed]:
    """Return each list that there is an index for."""
    genre, tag = GENRES[0], TAGS[0]
    of_genre, of_artist = tracks.c.genre == genre, tracks.c.artist_id == catalogue.artist_id
    has_tag = tracks.c.id.in_(select(track_tags.c.track_id).where(track_tags.c.tag == tag))
    plays = Order.PLAYS
    lists = {
        "newest": Listed(_public(), [_LISTED]),
        "newest, genre": Listed(_public(genre=genre), [_LISTED, of_genre]),
        "newest, artist": Listed(_public(artist_id=catalogue.artist_id), [_LISTED, of_artist]),
        "newest, tag": Listed(_public(tag=tag), [_LISTED, has_tag]),
        "plays": Listed(_public(order=plays), [_LISTED]),
        "plays, genre": Listed(_public(order=plays, genre=genre), [_LISTED, of_genre]),
        "plays, artist": Listed(
            _public(order=plays, artist_id=catalogue.artist_id), [_LISTED, of_artist]
        ),
        "album": Listed(
            _public(album_id=catalogue.album_id), [tracks.c.album_id == catalogue.album_id]
        ),
        "own": Listed(_own(), [tracks.c.user_id == catalogue.user_id], catalogue.user_id),
        "own, artist": Listed(_own(artist_id=catalogue.artist_id), [of_artist], catalogue.user_id),
    }
    trending = Order.TRENDING
    lists["trending"] = Listed(_public(order=trending), [_LISTED])
    lists["trending, genre"] = Listed(_public(order=trending, genre=genre), [_LISTED, of_genre])
    for days in (1, 30, 365, 1_500):
        since = (datetime.fromtimestamp(NOW_S, UTC) - timedelta(days=days)).date()
        young = tracks.c.listed_day >= listing.day_of(NOW_S) - days
        of_all = _public(order=plays, since=since)
        lists[f"plays, {days} days"] = Listed(of_all, [_LISTED, young])
        in_genre = _public(order=plays, since=since, genre=genre)
        lists[f"plays, genre, {days} days"] = Listed(in_genre, [_LISTED, young, of_genre])
    return lists
