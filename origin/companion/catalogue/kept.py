"""What answers about the catalogue are about: see ``caching.subjects``. Pure."""

from collections.abc import Iterator
from typing import Any

from origin.companion.api.endpoint import Call
from origin.companion.api.models import NoBody, Page
from origin.companion.caching import subjects
from origin.companion.catalogue.albums.models import Album, AlbumsAsked, WholeAlbum
from origin.companion.catalogue.artists.models import Artist
from origin.companion.catalogue.tracks.models import Track, TracksAsked


def of_track(_call: Any, track: Track) -> Iterator[str]:
    """Yield those of a track, whose artist and album are said with it."""
    yield subjects.content(track.id)
    yield subjects.user(track.artist.id)
    if track.album is not None:
        yield subjects.content(track.album.id)


def of_tracks(call: Call[TracksAsked, NoBody], page: Page[Track]) -> Iterator[str]:
    """Yield those of a list of tracks: of each, and of which there are."""
    yield subjects.SOUNDING
    if call.query.album_id is not None:
        yield subjects.content(call.query.album_id)
    elif call.query.artist_id is not None:
        yield subjects.lists_of(call.query.artist_id)
    else:
        yield subjects.TRACK_LISTS
    for track in page.items:
        yield from of_track(call, track)


def of_artist(_call: Any, artist: Artist) -> Iterator[str]:
    """Yield those of a profile."""
    yield subjects.user(artist.id)
    yield subjects.followers(artist.id)


def of_artists(_call: Any, page: Page[Artist]) -> Iterator[str]:
    """Yield those of a list of artists, in which followers are as time passes."""
    yield subjects.ARTIST_LISTS
    for artist in page.items:
        yield subjects.user(artist.id)


def of_album(call: Any, album: WholeAlbum) -> Iterator[str]:
    """Yield those of an album with its tracks."""
    yield subjects.SOUNDING
    yield from _of_listed_album(album)
    for track in album.tracks.items:
        yield from of_track(call, track)


def of_albums(call: Call[AlbumsAsked, NoBody], page: Page[Album]) -> Iterator[str]:
    """Yield those of a list of albums."""
    if call.query.artist_id is None:
        yield subjects.ALBUM_LISTS
    else:
        yield subjects.lists_of(call.query.artist_id)
    for album in page.items:
        yield from _of_listed_album(album)


def _of_listed_album(album: Album) -> Iterator[str]:
    yield subjects.content(album.id)
    yield subjects.user(album.artist.id)
