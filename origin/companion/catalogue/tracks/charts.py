"""The most played of those that were published since a day: see ``listing`` for why and how.

The best of each span, as many as are asked for, are enough to tell the best of all. SQLite has no
lateral join; there, a row is looked for by its number among the best of each span.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Integer,
    Select,
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
from origin.companion.catalogue.tracks.rows import shown

_ROW_NUMBER: Final[ColumnElement[int]] = literal_column("tracks.rowid")
_ROW_NUMBER_IN_SPAN: Final[ColumnElement[int]] = literal_column("in_span.rowid")


def most_played_in(
    dialect: Dialect, spans: Spans, behind: Key | None, limit: int, *, genre: str | None = None
) -> Select[Any]:
    """Return what was played most of what was listed in some spans: behind ``(play_count, id)``."""
    best_of = _best_of_postgres if dialect.name == "postgresql" else _best_of_sqlite
    best = union_all(
        best_of("listed_day", spans.days, behind, limit, genre),
        best_of("listed_stretch", spans.stretches, behind, limit, genre),
    ).subquery("best_of_each")
    down = (best.c.play_count.desc(), best.c.id.desc())
    few = select(best.c.id).order_by(*down).limit(limit).subquery("best_of_all")
    rows = shown().join(few, few.c.id == tracks.c.id)
    return rows.order_by(tracks.c.play_count.desc(), tracks.c.id.desc())


def _best_of_postgres(
    kind: str, numbers: Sequence[int], behind: Key | None, limit: int, genre: str | None
) -> Select[Any]:
    given = cast(bindparam(None, list(numbers), type_=ARRAY(Integer)), ARRAY(Integer))
    spans = func.unnest(given).table_valued("number", name=f"{kind}_of").render_derived()
    best = _best(kind, spans.c.number, behind, limit, genre).lateral(f"best_of_{kind}")
    return select(best.c.id, best.c.play_count).select_from(spans.join(best, true()))


def _best_of_sqlite(
    kind: str, numbers: Sequence[int], behind: Key | None, limit: int, genre: str | None
) -> Select[Any]:
    spans = func.json_each(json.dumps(list(numbers))).table_valued(
        column("value", Integer), name=f"{kind}_of"
    )
    best = _best(kind, spans.c.value, behind, limit, genre)
    numbers_of_rows = best.with_only_columns(_ROW_NUMBER_IN_SPAN).correlate(spans)
    return select(tracks.c.id, tracks.c.play_count).select_from(
        spans.join(tracks, _ROW_NUMBER.in_(numbers_of_rows))
    )


def _best(
    kind: str, span: ColumnElement[int], behind: Key | None, limit: int, genre: str | None
) -> Select[Any]:
    in_span = tracks.alias("in_span")
    columns = (in_span.c.play_count, in_span.c.id)
    rows = select(in_span.c.id, in_span.c.play_count).where(in_span.c[kind] == span)
    if genre is not None:
        rows = rows.where(in_span.c.genre == genre)
    if behind is not None:
        rows = rows.where(tuple_(*columns) < behind)
    return rows.order_by(*(each.desc() for each in columns)).limit(limit)
