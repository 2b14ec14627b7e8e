"""What is said of a track."""

from enum import StrEnum

from pydantic import Field

from origin.companion.api.models import LEFT_OUT, Asked, Change, Given, Id, Moment, Paged, Taken
from origin.companion.api.text import Line, Paragraphs
from origin.companion.catalogue.words import Day, Language, Tags, Word
from origin.companion.identity.rules import Visibility


class NewTrack(Taken):
    """A track that is to be."""

    artist_id: Id
    title: Line
    description: Paragraphs = ""
    album_id: Id | None = Field(None, description="The track gets to the album's end.")
    genre: Word | None = None
    tags: Tags = Field(default_factory=list)
    language: Language | None = None
    explicit: bool = False
    visibility: Visibility = Visibility.PRIVATE
    released_on: Day | None = None


class TrackDraft(NewTrack):
    """A track that is to be; without an asset, it is its owner's alone."""

    asset_id: Id | None = Field(None, description="The sound, which is yours.")


class TrackChange(Change):
    """What is to be said from now on; what is left out stays, what is null is taken away."""

    title: Line = LEFT_OUT
    description: Paragraphs = LEFT_OUT
    album_id: Id | None = None
    asset_id: Id | None = None
    genre: Word | None = None
    tags: Tags = LEFT_OUT
    language: Language | None = None
    explicit: bool = LEFT_OUT
    visibility: Visibility = LEFT_OUT
    released_on: Day | None = None


class ArtistName(Given):
    """Whose it is, as a list shows it."""

    id: Id
    name: str
    handle: str


class AlbumName(Given):
    """What it is part of, as a list shows it."""

    id: Id
    title: str


class Picture(Given):
    """One size of what a track looks like."""

    url: str = Field(description="Relative to where the server is, as all that plays.")
    width_px: int
    height_px: int
    media_type: str


class Track(Given):
    """A track."""

    id: Id
    artist: ArtistName
    album: AlbumName | None = Field(description="Null, too, where you may not see the album.")
    asset_id: Id | None
    playback_id: Id | None = Field(
        description="It plays at `/{playback_id}.m3u8`; null for as long as nothing does."
    )
    title: str
    description: str
    genre: str | None
    tags: list[str]
    language: str | None
    explicit: bool
    visibility: Visibility
    released_on: str | None
    duration_s: float | None
    artwork: list[Picture] = Field(
        description="The same picture in some sizes, the smallest first, as for a `srcset`."
    )
    placeholder: str | None = Field(description="What to show until it has come: a BlurHash.")
    has_own_artwork: bool = Field(
        description="Whether it was given some, in place of the cover of its sound."
    )
    play_count: int
    created_at: Moment
    updated_at: Moment
    published_at: Moment | None = Field(description="When it was public first.")


class Order(StrEnum):
    """What comes first in a list."""

    NEWEST = "newest"
    PLAYS = "plays"
    TRENDING = "trending"


class TracksAsked(Paged):
    """Which tracks that are public; of artist, album, tag and genre, one can be asked for."""

    artist_id: Id | None = None
    album_id: Id | None = Field(None, description="In the album's order.")
    genre: Word | None = None
    tag: Word | None = Field(None, description="The newest first.")
    since: Day | None = Field(
        None, description="Published on that day (UTC) or later; with a genre, or of all tracks."
    )
    order: Order | None = Field(
        None, description="The newest first, unless said otherwise; the most played, of all time"
        " or of those published `since`; or the most played of late, of all tracks or of a genre."
    )  # fmt: skip


class TrackDeletion(Asked):
    """What is to become of the sound."""

    keep_asset: bool = Field(False, description="Let its sound play on, without a track.")


class OwnTracksAsked(Paged):
    """Which of your tracks."""

    artist_id: Id | None = None
    album_id: Id | None = Field(None, description="In the album's order.")
