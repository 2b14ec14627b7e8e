"""Finding something without an index, while there is none: less, but not nothing.

What is played most, or newest, is looked through, so that it takes the same time however much there
is: by PostgreSQL's full text, whose text is folded by the database as far as it can; on SQLite,
which knows no accents, in a thread here, by what the index goes by.
"""

import asyncio
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
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
from origin.companion.search.words import indexed, is_unspaced

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
        find = _by_full_text if connection.dialect.name == "postgresql" else _by_folding
        found += [key_of(each, one) for one in await find(connection, _recent(each), words)]
    return found


async def _by_full_text(
    connection: AsyncConnection, recent: Subquery, words: list[Sought]
) -> Iterable[str]:
    asked = select(recent.c.id).where(_full_text(recent.c.names, words)).limit(FOUND_MAX)
    return await connection.scalars(asked)


async def _by_folding(
    connection: AsyncConnection, recent: Subquery, words: list[Sought]
) -> Iterable[str]:
    asked: Select[Any] = select(recent.c.id, recent.c.names)
    return await asyncio.to_thread(_having, (await connection.execute(asked)).all(), words)


def forget() -> None:
    """Let go of what was looked through: an index answers."""
    if _folded.cache_info().currsize:
        _folded.cache_clear()


def _full_text(names: ColumnElement[str], words: list[Sought]) -> ColumnElement[bool]:
    lower = func.lower(names)
    together = func.normalize(lower, literal_column("NFKC"))  # whose words begin anywhere
    there = [together.contains(word.text) for word in words if is_unspaced(word.text)]
    taken_apart = func.normalize(lower, literal_column("NFKD"))
    folded = func.regexp_replace(taken_apart, "[\u0300-\u036f]", "", "g")
    question = " & ".join(f"'{word.text}':*" for word in words if not is_unspaced(word.text))
    if not question:
        return and_(*there)
    simple: ColumnElement[Any] = literal_column("'simple'::regconfig")
    asked = func.to_tsquery(simple, cast(question, Text))
    return and_(func.to_tsvector(simple, folded).op("@@")(asked), *there)


def _having(there: Iterable[Row[Any]], words: list[Sought]) -> list[str]:
    beginnings = [f" {word.text}" for word in words]
    found = (row.id for row in there if all(one in _folded(row.names) for one in beginnings))
    return list(islice(found, FOUND_MAX))


@lru_cache(len(Kind) * LOOKED_THROUGH)
def _folded(names: str) -> str:
    """Return names as they are compared: much the same ones are looked through each time."""
    return f" {indexed(names)}"
