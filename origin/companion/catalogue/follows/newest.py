"""The newest listed tracks of those whom a user follows.

Somebody follows thousands, and each of them may have thousands of tracks. A part of the list is
among the tracks of as many artists as it has rows, those whose newest ones, behind where it begins,
are the newest: each of these is at least as new as all that others have. So the first query looks
at one track of each who is followed, and the second merges the newest of those few, down to the
newest of the last of them (``floor``). PostgreSQL joins laterally, SQLite cannot: see ``charts``.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    cast,
    func,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.cursor import Key
from origin.companion.catalogue.tables import follows, tracks
from origin.companion.catalogue.tracks.rows import shown

_ROWS: Final = bindparam("rows", type_=Integer)
_USER: Final = follows.c.user_id == bindparam("user_id", type_=String)
_BEGINNING: Final[Key] = (0.0, "")


async def newest_tracks(
    connection: AsyncConnection, user_id: str, behind: Key | None, limit: int
) -> tuple[Sequence[Row[Any]], Key | None]:
    """Return tracks as ``tracks.rows.shown`` has them, behind ``(listed_s, id)``.

    And down to where these are all; None where there are no others.
    """
    is_lateral = connection.dialect.name == "postgresql"
    goes_on = behind is not None
    values: dict[str, Any] = {"rows": limit}
    if behind is not None:
        values["behind_s"], values["behind_id"] = behind
    heads_form = _lateral_heads(goes_on=goes_on) if is_lateral else _heads(goes_on=goes_on)
    heads = (await connection.execute(heads_form, {**values, "user_id": user_id})).all()
    if not heads:
        return [], None
    floor: Key | None = (heads[-1].listed_s, heads[-1].id) if len(heads) == limit else None
    values["floor_s"], values["floor_id"] = floor or _BEGINNING
    artists = [head.artist_id for head in heads]
    if is_lateral:
        form, of_artists = _lateral_form(goes_on=goes_on), {"artists": artists}
    else:
        form = _form(len(artists), goes_on=goes_on)
        of_artists = {f"artist_{number}": each for number, each in enumerate(artists)}
    return (await connection.execute(form, {**values, **of_artists})).all(), floor


def _newest_of(
    artist_id: ColumnElement[Any], *columns: str, goes_on: bool, has_floor: bool = False
) -> Select[Any]:
    """Return the query of what an artist published last."""
    theirs = tracks.alias("theirs")
    place = (theirs.c.listed_s, theirs.c.id)
    rows = select(*(theirs.c[name] for name in columns)).where(
        theirs.c.artist_id == artist_id, theirs.c.listed_s.is_not(None)
    )
    if goes_on:
        rows = rows.where(tuple_(*place) < _place("behind"))
    if has_floor:
        rows = rows.where(tuple_(*place) >= _place("floor"))
    return rows.order_by(*(each.desc() for each in place))


def _place(name: str) -> ColumnElement[Any]:
    return tuple_(bindparam(f"{name}_s", type_=Double), bindparam(f"{name}_id", type_=String))


@lru_cache
def _heads(*, goes_on: bool) -> Select[Any]:
    head = _newest_of(follows.c.artist_id, "id", goes_on=goes_on).limit(1)
    each = (
        select(follows.c.artist_id, head.correlate(follows).scalar_subquery().label("head"))
        .where(_USER)
        .subquery("each_head")
    )
    rows = select(each.c.artist_id, tracks.c.listed_s, tracks.c.id)
    return _down(rows.join(tracks, tracks.c.id == each.c.head), tracks).limit(_ROWS)


@lru_cache
def _lateral_heads(*, goes_on: bool) -> Select[Any]:
    newest = _newest_of(follows.c.artist_id, "listed_s", "id", goes_on=goes_on)
    head = newest.limit(1).correlate(follows).lateral("head")
    rows = select(follows.c.artist_id, head.c.listed_s, head.c.id)
    return _down(rows.select_from(follows.join(head, true())).where(_USER), head).limit(_ROWS)


@lru_cache
def _lateral_form(*, goes_on: bool) -> Select[Any]:
    given = cast(bindparam("artists", type_=ARRAY(String)), ARRAY(String))
    of = func.unnest(given).table_valued("artist_id", name="given").render_derived()
    newest = _newest_of(of.c.artist_id, "listed_s", "id", goes_on=goes_on, has_floor=True)
    each = newest.limit(_ROWS).correlate(of).lateral("newest_of_each")
    rows = select(each.c.id).select_from(of.join(each, true()))
    return _shown(_down(rows, each).limit(_ROWS).subquery("newest_of_all"))


@lru_cache
def _form(artists: int, *, goes_on: bool) -> Select[Any]:
    narrowed = " AND (listed_s, id) >= (:floor_s, :floor_id)"
    narrowed += " AND (listed_s, id) < (:behind_s, :behind_id)" * goes_on
    # All that was said by somebody is a parameter.
    of_each = " UNION ALL ".join(
        f"SELECT id, listed_s FROM tracks AS theirs"  # noqa: S608
        f" WHERE artist_id = :artist_{number} AND listed_s IS NOT NULL{narrowed}"
        for number in range(artists)
    )
    newest = text(
        f"SELECT id FROM ({of_each} ORDER BY listed_s DESC, id DESC LIMIT :rows)"  # noqa: S608
    )
    return _shown(newest.columns(id=String).subquery("newest_of_all"))


def _shown(newest: FromClause) -> Select[Any]:
    return _down(shown().join(newest, newest.c.id == tracks.c.id), tracks)


def _down(rows: Select[Any], of: FromClause) -> Select[Any]:
    return rows.order_by(of.c.listed_s.desc(), of.c.id.desc())
