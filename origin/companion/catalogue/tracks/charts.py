"""The most played of those that were published since a day: see ``listing`` for why and how.

The best of each span, as many as are asked for, are enough to tell the best of all. PostgreSQL is
given the spans and joins laterally; SQLite, which cannot, is given a query of each span, and merges
them as their indexes have them, so that it reads no more of each than it takes.

Making such a query takes longer than asking it does, so it is made once for each of its forms.
"""

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Dialect,
    FromClause,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    func,
    select,
    text,
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

_ROWS: Final = bindparam("rows", type_=Integer)
_NO_DAY: Final = -1
_FORMS_MAX: Final = 512


def most_played_in(
    dialect: Dialect, spans: Spans, behind: Key | None, limit: int, *, genre: str | None = None
) -> Reading:
    """Return what was played most of what was listed in some spans: behind ``(play_count, id)``."""
    values: dict[str, Any] = {"rows": limit}
    if genre is not None:
        values["genre"] = genre
    if behind is not None:
        values["play_count"], values["id"] = behind
    narrowed = {"of_genre": genre is not None, "goes_on": behind is not None}
    if dialect.name == "postgresql":
        values |= {"listed_day": list(spans.days), "listed_stretch": list(spans.stretches)}
        return Reading(_postgres_form(**narrowed), values)
    days = list(spans.days) or [_NO_DAY]
    values |= {f"listed_day_{number}": day for number, day in enumerate(days)}
    values |= {f"listed_stretch_{number}": one for number, one in enumerate(spans.stretches)}
    return Reading(_sqlite_form(len(days), len(spans.stretches), **narrowed), values)


@lru_cache
def _postgres_form(*, of_genre: bool, goes_on: bool) -> Select[Any]:
    best = union_all(
        *(
            _best_of(kind, of_genre=of_genre, goes_on=goes_on)
            for kind in ("listed_day", "listed_stretch")
        )
    ).subquery("best_of_each")
    down = (best.c.play_count.desc(), best.c.id.desc())
    return _shown(select(best.c.id).order_by(*down).limit(_ROWS).subquery("best_of_all"))


def _best_of(kind: str, *, of_genre: bool, goes_on: bool) -> Select[Any]:
    given = cast(bindparam(kind, type_=ARRAY(Integer)), ARRAY(Integer))
    spans = func.unnest(given).table_valued("number", name=f"{kind}_of").render_derived()
    in_span = tracks.alias("in_span")
    columns = (in_span.c.play_count, in_span.c.id)
    rows = select(in_span.c.id, in_span.c.play_count).where(in_span.c[kind] == spans.c.number)
    if of_genre:
        rows = rows.where(in_span.c.genre == bindparam("genre", type_=String))
    if goes_on:
        behind = (bindparam("play_count", type_=BigInteger), bindparam("id", type_=String))
        rows = rows.where(tuple_(*columns) < tuple_(*behind))
    best = rows.order_by(*(each.desc() for each in columns)).limit(_ROWS).lateral(f"of_{kind}")
    return select(best.c.id, best.c.play_count).select_from(spans.join(best, true()))


@lru_cache(_FORMS_MAX)
def _sqlite_form(days: int, stretches: int, *, of_genre: bool, goes_on: bool) -> Select[Any]:
    spans = [f"listed_day = :listed_day_{number}" for number in range(days)]
    spans += [f"listed_stretch = :listed_stretch_{number}" for number in range(stretches)]
    narrowed = " AND genre = :genre" * of_genre
    narrowed += " AND (play_count, id) < (:play_count, :id)" * goes_on
    # All that was said by somebody is a parameter.
    of_each = " UNION ALL ".join(
        f"SELECT id, play_count FROM tracks AS in_span WHERE {span}{narrowed}"  # noqa: S608
        for span in spans
    )
    best = text(
        f"SELECT id FROM ({of_each} ORDER BY play_count DESC, id DESC LIMIT :rows)"  # noqa: S608
    )
    return _shown(best.columns(id=String).subquery("best_of_all"))


def _shown(best: FromClause) -> Select[Any]:
    rows = shown().join(best, best.c.id == tracks.c.id)
    return rows.order_by(tracks.c.play_count.desc(), tracks.c.id.desc())
