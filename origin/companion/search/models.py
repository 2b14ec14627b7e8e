"""What is asked of a search, and what it gives."""

from typing import Annotated, Final

from pydantic import Field

from origin.companion.api.models import Asked, Cursor, Given, Id
from origin.companion.catalogue.tracks.models import Picture
from origin.companion.catalogue.words import Word
from origin.companion.search.entries import Duration, Kind
from origin.companion.search.typed import TYPED_LENGTH_MAX

LIMIT_DEFAULT: Final = 20
LIMIT_MAX: Final = 50

_Typed = Annotated[str, Field(min_length=1, max_length=TYPED_LENGTH_MAX)]


class SearchAsked(Asked):
    """What to find."""

    q: _Typed = Field(
        description='Words, all of which are to be there; the last may be unfinished. "In quotation'
        ' marks", they are found as they stand. Twelve words count.'
    )
    kind: Kind | None = Field(None, description="Only these.")
    genre: Word | None = None
    language: str | None = Field(
        None, min_length=1, max_length=35, description="A tag of BCP 47; its language counts."
    )
    year: int | None = Field(None, ge=0, le=9999, description="When it was released.")
    duration: Duration | None = Field(None, description="Of tracks.")
    limit: int = Field(LIMIT_DEFAULT, ge=1, le=LIMIT_MAX, description="How many at most.")
    cursor: Cursor | None = Field(
        None, description="The `next` of the page before, for the same search."
    )


class SuggestAsked(Asked):
    """What somebody has typed so far."""

    q: _Typed


Span = tuple[int, int]


class Highlights(Given):
    """What matched: parts of each text from an offset to another, in characters, half-open."""

    title: list[Span]
    artist: list[Span]
    album: list[Span]


class Named(Given):
    """Something by its name."""

    id: Id
    name: str


class SearchHit(Given):
    """A track, an artist or an album; an artist's title is its name."""

    kind: Kind
    id: Id
    title: str
    artist: Named | None
    album: Named | None
    genre: str | None
    language: str | None
    explicit: bool | None
    duration_s: float | None
    released_on: str | None
    asset_id: Id | None
    playback_id: Id | None = Field(description="A track plays at `/{playback_id}.m3u8`.")
    artwork: list[Picture] = Field(description="Of a track, as it has them.")
    placeholder: str | None
    highlights: Highlights


class FacetCount(Given):
    """How many hits have a value; it lags a moment behind."""

    value: str
    count: int


class Facets(Given):
    """How many hits have which value, the most first."""

    kind: list[FacetCount]
    genre: list[FacetCount]
    language: list[FacetCount]
    year: list[FacetCount]
    duration: list[FacetCount]


class SearchPage(Given):
    """Hits, the best first.

    ``total`` is how many there are, about. ``facets`` come with the first page. ``degraded`` says
    that the index is being made, and that there may be more than was found.
    """

    items: list[SearchHit]
    next: str | None
    total: int
    facets: Facets | None
    degraded: bool


class Suggestion(Given):
    """A name that begins like that; ``artist`` tells whose it is."""

    kind: Kind
    id: Id
    text: str
    artist: str | None
    highlights: list[Span]


class SuggestionList(Given):
    """Ten at most, what is played most first."""

    items: list[Suggestion]
    degraded: bool
