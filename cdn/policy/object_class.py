"""What an answer is, as far as caches are concerned."""

from enum import StrEnum


class ObjectClass(StrEnum):
    """What an answer is, as far as caches are concerned; the value is also its cache tag."""

    SEGMENT = "segment"
    INIT = "init"
    MEDIA_PLAYLIST = "media-playlist"
    MULTIVARIANT_PLAYLIST = "multivariant-playlist"
    MPD = "mpd"
    GROWING_PLAYLIST = "growing-playlist"
    PROVISIONAL_INIT = "provisional-init"
    ENTRY_PLAYLIST = "entry-playlist"
    ENTRY_MPD = "entry-mpd"
    PROVISIONAL_ENTRY = "provisional-entry"
    METADATA = "metadata"
    WAVEFORM = "waveform"
    CHAPTERS = "chapters"
    ARTWORK = "artwork"
    PAGE = "page"
    PAGE_ASSET = "page-asset"
    PUBLIC_API = "public-api"
    PARTIAL_LISTING = "partial-listing"
    PRIVATE = "private"
    KEYS = "keys"
    TOKEN_CHECK = "token-check"  # noqa: S105 a class of answers
    PROBE = "probe"
    STEERING = "steering"
    NOT_FOUND = "not-found"
    CLIENT_ERROR = "client-error"
    SERVER_ERROR = "server-error"


COMPRESSIBLE: frozenset[ObjectClass] = frozenset(
    {
        ObjectClass.MEDIA_PLAYLIST,
        ObjectClass.MULTIVARIANT_PLAYLIST,
        ObjectClass.MPD,
        ObjectClass.GROWING_PLAYLIST,
        ObjectClass.ENTRY_PLAYLIST,
        ObjectClass.ENTRY_MPD,
        ObjectClass.PROVISIONAL_ENTRY,
        ObjectClass.METADATA,
        ObjectClass.WAVEFORM,
        ObjectClass.CHAPTERS,
        ObjectClass.PAGE,
        ObjectClass.PAGE_ASSET,
        ObjectClass.PUBLIC_API,
        ObjectClass.PARTIAL_LISTING,
        ObjectClass.PRIVATE,
        ObjectClass.KEYS,
    }
)
"""What is said to one reader is, too, for it holds no secret.

What does, as a new API key, answers a POST and is never compressed: beside what another may have
put in, its size would give the secret away, guess by guess (BREACH).
"""
