"""What is said of an album."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from origin.companion.api.models import (
    LEFT_OUT,
    Change,
    Given,
    Id,
    Moment,
    Page,
    Paged,
    Taken,
)
from origin.companion.api.text import Line, Paragraphs
from origin.companion.catalogue.tracks.models import ArtistName, Track
from origin.companion.catalogue.tracks.rows import ALBUM_TRACKS_MAX
from origin.companion.catalogue.words import Day, Language, Word
from origin.companion.identity.rules import Visibility


class Kind(StrEnum):
    """What it is: finished, or something that goes on, such as a podcast."""

    ALBUM = "album"
    SERIES = "series"


class AlbumDraft(Taken):
    """An album that is to be. Tracks say by themselves that they are in it."""

    artist_id: Id
    kind: Kind = Kind.ALBUM
    title: Line
    description: Paragraphs = ""
    genre: Word | None = None
    language: Language | None = None
    explicit: bool = False
    visibility: Visibility = Visibility.PRIVATE
    released_on: Day | None = None


Order = Annotated[
    list[Id],
    Field(
        max_length=ALBUM_TRACKS_MAX,
        description="All its tracks, private ones, too, in the order that they are to have.",
    ),
]


class AlbumChange(Change):
    """What is to be said from now on; what is left out stays, what is null is taken away."""

    kind: Kind = LEFT_OUT
    title: Line = LEFT_OUT
    description: Paragraphs = LEFT_OUT
    genre: Word | None = None
    language: Language | None = None
    explicit: bool = LEFT_OUT
    visibility: Visibility = LEFT_OUT
    released_on: Day | None = None
    track_ids: Order = LEFT_OUT


class Album(Given):
    """An album, as lists have it."""

    id: Id
    artist: ArtistName
    kind: Kind
    title: str
    description: str
    genre: str | None
    language: str | None
    explicit: bool
    visibility: Visibility
    released_on: str | None
    created_at: Moment
    updated_at: Moment
    published_at: Moment | None = Field(description="When it was public first.")


class WholeAlbum(Album):
    """An album with what a player needs next to it.

    ``tracks`` are those that you may see, in its order; `next` goes on at `/v1/tracks?album_id=`,
    or, for its owner, who sees all, at `/v1/me/tracks?album_id=`.
    """

    tracks: Page[Track]


class AlbumsAsked(Paged):
    """Which albums that are public."""

    artist_id: Id | None = None
    kind: Kind | None = None


class OwnAlbumsAsked(Paged):
    """Which of your albums."""

    artist_id: Id | None = None
