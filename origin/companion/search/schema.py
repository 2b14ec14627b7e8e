"""What the index is made of. A change here, or of folding, is a new ``SCHEMA``: it is made anew.

Texts are indexed, not stored: what is shown comes from rows. ``names`` has title, artist and album
one behind the other, so that a word is looked for once in all of them. ``joined`` has what is left
of their words without the signs between them: by itself, for phrases are as they are written.
``initials`` has how each of all these words begins, since a letter or two begin so many words that
it takes long to look each of them up. ``hangul`` has pairs of syllables that stand within words.
"""

from typing import Final

from tantivy import Document, Index, Schema, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from origin.companion.search.entries import (
    Entry,
    Kind,
    duration_of,
    popularity_of,
    primary_language,
)
from origin.companion.search.hangul import indexed_pairs
from origin.companion.search.joining import indexed_joined
from origin.companion.search.words import BETWEEN, indexed

SCHEMA: Final = 3
BOOKMARK: Final = "bookmark"
_WORDS: Final = "words"
INITIALS_MAX: Final = 2
"""Letters of a word that are ``initials``."""

_DESCRIPTION_LENGTH_MAX: Final = 2_000


def make_schema() -> Schema:
    """Return the schema."""
    builder = SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("artist_id", tokenizer_name="raw", index_option="basic")
    builder.add_text_field(BOOKMARK, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", tokenizer_name=_WORDS)
    builder.add_text_field("names", tokenizer_name=_WORDS)
    builder.add_text_field("joined", tokenizer_name=_WORDS, index_option="freq")
    builder.add_text_field("initials", tokenizer_name=_WORDS, index_option="basic")
    builder.add_text_field("hangul", tokenizer_name=_WORDS)
    builder.add_text_field("tags", tokenizer_name=_WORDS, index_option="freq")
    builder.add_text_field("description", tokenizer_name=_WORDS)
    for facet in ("kind", "genre", "language", "duration"):
        builder.add_text_field(facet, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("year", indexed=True, fast=True)
    builder.add_unsigned_field("popularity", fast=True)
    builder.add_unsigned_field("created", fast=True)
    return builder.build()


def teach(index: Index) -> None:
    """Let an index know what its words are; it forgets when it is closed."""
    index.register_tokenizer(_WORDS, TextAnalyzerBuilder(Tokenizer.whitespace()).build())


def document(entry: Entry) -> Document:
    """Return what the index takes of an entry."""
    title = indexed(entry.title)
    made = Document()
    made.add_text("key", entry.key)
    made.add_text("artist_id", entry.artist_id)
    made.add_text("title", title)
    others = [text for text in (entry.artist, entry.album) if text]
    names = BETWEEN.join((title, *map(indexed, others)))
    made.add_text("names", names)
    joined = indexed_joined(entry.title, *others)
    if joined:
        made.add_text("joined", joined)
    made.add_text("initials", _initials(f"{names} {joined}"))
    if pairs := indexed_pairs(names.split()):
        made.add_text("hangul", pairs)
    if entry.tags or entry.genre:
        tags = (*entry.tags, entry.genre or "")
        made.add_text("tags", BETWEEN.join((*map(indexed, tags), indexed_joined(*tags))))
    if entry.description:
        made.add_text("description", indexed(entry.description[:_DESCRIPTION_LENGTH_MAX]))
    for facet, value in facets_of(entry).items():
        made.add_text(facet, value)
    made.add_unsigned("year", entry.year)
    made.add_unsigned("popularity", popularity_of(entry.plays))
    made.add_unsigned("created", max(int(entry.created_s), 0))
    return made


def _initials(words: str) -> str:
    every = {word[:length] for word in words.split() for length in range(1, INITIALS_MAX + 1)}
    return " ".join(sorted(every))


def facets_of(entry: Entry) -> dict[str, str]:
    """Return what an entry is filtered and counted by."""
    facets: dict[str, str] = {"kind": entry.kind}
    if entry.genre:
        facets["genre"] = entry.genre
    if entry.language:
        facets["language"] = primary_language(entry.language)
    if entry.kind is Kind.TRACK and entry.duration_s is not None:
        facets["duration"] = duration_of(entry.duration_s)
    return facets
