"""Finding something without an index, while there is none: less, but not nothing.

What is played most, or newest, is looked through, so that it takes the same time however much there
is: by PostgreSQL's full text, whose text is folded by the database as far as it can; by LIKE on
SQLite, which knows no accents.
"""

import re
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Text,
    and_,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue.tables import albums, artists, tracks
from origin.companion.search import rows
from origin.companion.search.entries import Kind, key_of
from origin.companion.search.typed import Sought, Typed

LOOKED_THROUGH: Final = 5_000
FOUND_MAX: Final = 100
_PLAIN_WORD: Final = re.compile(r"\w+")


def _recent(kind: Kind) -> Subquery:
    if kind is Kind.ARTIST:
        asked: Select[Any] = (
            select(artists.c.id, artists.c.name.label("names"))
            .where(artists.c.deleted_s.is_(None))
            .order_by(artists.c.created_s.desc(), artists.c.id.desc())
        )
    else:
        table = tracks if kind is Kind.TRACK else albums
        order = table.c.play_count if kind is Kind.TRACK else table.c.listed_s
        asked = (
            select(table.c.id, (table.c.title + " " + artists.c.name).label("names"))
            .join(artists, artists.c.id == table.c.artist_id)
            .where(rows.listed(table))
            .order_by(order.desc(), table.c.id.desc())
        )
    return asked.limit(LOOKED_THROUGH).subquery("recent")


async def keys(connection: AsyncConnection, typed: Typed, kind: Kind | None) -> list[str]:
    """Return the keys of what has all the words, as far as was looked."""
    words = [word for word in typed.all_words if _PLAIN_WORD.fullmatch(word.text)]
    if not words:
        return []
    found: list[str] = []
    for each in Kind if kind is None else (kind,):
        recent = _recent(each)
        has = _full_text if connection.dialect.name == "postgresql" else _like
        asked = select(recent.c.id).where(has(recent.c.names, words)).limit(FOUND_MAX)
        found += [key_of(each, entity_id) for entity_id in await connection.scalars(asked)]
    return found


def _full_text(names: ColumnElement[str], words: list[Sought]) -> ColumnElement[bool]:
    taken_apart = func.normalize(func.lower(names), literal_column("NFKD"))
    folded = func.regexp_replace(taken_apart, "[\u0300-\u036f]", "", "g")
    question = " & ".join(f"'{word.text}':*" for word in words)
    simple: ColumnElement[Any] = literal_column("'simple'::regconfig")
    return func.to_tsvector(simple, folded).op("@@")(func.to_tsquery(simple, cast(question, Text)))


def _like(names: ColumnElement[str], words: list[Sought]) -> ColumnElement[bool]:
    spaced = " " + names
    return and_(*(spaced.icontains(f" {word.text}", autoescape=True) for word in words))
