"""What is found is about: what each hit shows. Which hits there are grows old by time. Pure."""

from collections.abc import Iterator
from typing import Any

from origin.companion.caching import subjects
from origin.companion.search.entries import Kind
from origin.companion.search.models import SearchPage, SuggestionList


def of_hits(_call: Any, page: SearchPage) -> Iterator[str]:
    """Yield what a page of hits is about."""
    yield subjects.every("search")
    for hit in page.items:
        yield _of(hit.kind, hit.id)
        if hit.artist is not None:
            yield subjects.user(hit.artist.id)
        if hit.album is not None:
            yield subjects.content(hit.album.id)


def of_suggestions(_call: Any, found: SuggestionList) -> Iterator[str]:
    """Yield what suggestions are about; of their artists' names, the second is not waited for."""
    yield subjects.every("search")
    for item in found.items:
        yield _of(item.kind, item.id)


def _of(kind: Kind, entity_id: str) -> str:
    return subjects.user(entity_id) if kind is Kind.ARTIST else subjects.content(entity_id)
