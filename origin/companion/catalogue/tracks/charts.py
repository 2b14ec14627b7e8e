"""The most played of those that were published since a day: see ``listing`` for why and how.

The best of each span, as many as are asked for, are enough to tell the best of all. SQLite has no
lateral join; there, a row is looked for by its number among the best of each span.

Making such a query takes longer than asking it does, so it is made once for each of its forms.
"""

import json
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from origin.companion.api.cursor import Key
from origin.companion.catalogue.listing import Spans
from origin.companion.catalogue.tables import tracks
from origin.companion.catalogue.tracks.lists import Reading
from origin.companion.catalogue.tracks.rows import shown

_ROW_NUMBER: Final[ColumnElement[int]] = literal_column("tracks.rowid")
_ROWS: Final = bindparam("rows", type_=Integer)
_BestIn = Callable[[ColumnElement[int]], Select[Any]]
_ROW_NUMBER_IN_SPAN: Final[ColumnElement[int]] = literal_column("in_span.rowid")


def most_played_in(
    dialect: Dialect, spans: Spans, behind: Key | None, limit: int, *, genre: str | None = None
) -> Reading:
    """Return what was played most of what was listed in some spans: behind ``(play_count, id)``."""
    values: dict[str, Any] = {"rows": limit, "genre": genre}
    if behind is not None:
        values["play_count"], values["id"] = behind
    days, stretches = list(spans.days), list(spans.stretches)
    is_sqlite = dialect.name == "sqlite"
    values["listed_day"] = json.dumps(days) if is_sqlite else days
    values["listed_stretch"] = json.dumps(stretches) if is_sqlite else stretches
    form = _form(is_sqlite=is_sqlite, of_genre=genre is not None, goes_on=behind is not None)
    return Reading(form, values)


@cache
def _form(*, is_sqlite: bool, of_genre: bool, goes_on: bool) -> Select[Any]:
    best_of = _best_of_sqlite if is_sqlite else _best_of_postgres
    best = union_all(
        *(
            best_of(kind, partial(_best, kind, of_genre=of_genre, goes_on=goes_on))
            for kind in ("listed_day", "listed_stretch")
        )
    ).subquery("best_of_each")
    down = (best.c.play_count.desc(), best.c.id.desc())
    few = select(best.c.id).order_by(*down).limit(_ROWS).subquery("best_of_all")
    rows = shown().join(few, few.c.id == tracks.c.id)
    return rows.order_by(tracks.c.play_count.desc(), tracks.c.id.desc())


def _best_of_postgres(kind: str, best_in: _BestIn) -> Select[Any]:
    given = cast(bindparam(kind, type_=ARRAY(Integer)), ARRAY(Integer))
    spans = func.unnest(given).table_valued("number", name=f"{kind}_of").render_derived()
    best = best_in(spans.c.number).lateral(f"best_of_{kind}")
    return select(best.c.id, best.c.play_count).select_from(spans.join(best, true()))


def _best_of_sqlite(kind: str, best_in: _BestIn) -> Select[Any]:
    spans = func.json_each(bindparam(kind, type_=Text)).table_valued(
        column("value", Integer), name=f"{kind}_of"
    )
    numbers = best_in(spans.c.value).with_only_columns(_ROW_NUMBER_IN_SPAN).correlate(spans)
    return select(tracks.c.id, tracks.c.play_count).select_from(
        spans.join(tracks, _ROW_NUMBER.in_(numbers))
    )


def _best(kind: str, span: ColumnElement[int], *, of_genre: bool, goes_on: bool) -> Select[Any]:
    in_span = tracks.alias("in_span")
    columns = (in_span.c.play_count, in_span.c.id)
    rows = select(in_span.c.id, in_span.c.play_count).where(in_span.c[kind] == span)
    if of_genre:
        rows = rows.where(in_span.c.genre == bindparam("genre", type_=String))
    if goes_on:
        behind = (bindparam("play_count", type_=BigInteger), bindparam("id", type_=String))
        rows = rows.where(tuple_(*columns) < tuple_(*behind))
    return rows.order_by(*(each.desc() for each in columns)).limit(_ROWS)
