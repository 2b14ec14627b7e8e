"""Where everything lives: asset -> object keys and URLs.

Object keys, below the store's root::

    entry/{playback_id}.json                          which revision is published
    media/{asset_id}/{revision}/multivariant.m3u8     immutable from here on
    media/{asset_id}/{revision}/manifest.mpd
    media/{asset_id}/{revision}/index.json            for the origin and the API, not for players
    media/{asset_id}/{revision}/{rung}/playlist.m3u8
    media/{asset_id}/{revision}/{rung}/init.mp4
    media/{asset_id}/{revision}/{rung}/00000.m4s      numbered from 0
    media/{asset_id}/{revision}/packed.m3u8           where packed audio was asked for
    media/{asset_id}/{revision}/{rung}/packed.m3u8
    media/{asset_id}/{revision}/{rung}/00000.aac
    media/{asset_id}/{revision}/waveform.json|.dat
    media/{asset_id}/{revision}/chapters.json         where there are any; hls-chapters.json, too
    media/{asset_id}/{revision}/artwork-{width}.jpg
    growing/{asset_id}/{revision}/...                 only while it is being packaged, and a while
    growing/{asset_id}/{revision}/{rung}/00000.json   which segments are there, a chunk each
    growing/{asset_id}/{revision}/credits.json        whose it is
    growing/{asset_id}/{revision}/source.json         of which source it is, once that was hashed
    sources/{asset_id}/{upload_id}/{file name}        an upload, until it is packaged, and a while
    artwork/{track_id}/{artwork_id}/{width}-{sha256}.jpg    what a track has in place of its cover

The origin's URLs are the keys below ``media/`` and ``artwork/``, and ``/{playback_id}.m3u8``,
``/{playback_id}.mpd`` and ``/{playback_id}.json``. URIs inside manifests are relative, so that a
path prefix in front of all of them (a playback token, a CDN's folder) is inherited.

Ids are lower case so that folders on case-insensitive file systems tell them apart.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from manifests.errors import ManifestError

ID_PATTERN: Final = r"[a-z0-9][a-z0-9_-]{0,63}"
"""What asset ids, playback ids, revisions and rung names look like."""

MULTIVARIANT: Final = "multivariant.m3u8"
MPD: Final = "manifest.mpd"
INDEX: Final = "index.json"
PLAYLIST: Final = "playlist.m3u8"
INIT: Final = "init.mp4"
PACKED_MULTIVARIANT: Final = "packed.m3u8"
PACKED_PLAYLIST: Final = "packed.m3u8"
WAVEFORM_JSON: Final = "waveform.json"
WAVEFORM_BINARY: Final = "waveform.dat"
CHAPTERS_JSON: Final = "chapters.json"
HLS_CHAPTERS_JSON: Final = "hls-chapters.json"
ENTRY_PREFIX: Final = "entry"
MEDIA_PREFIX: Final = "media"
SOURCES_PREFIX: Final = "sources"
GROWING_PREFIX: Final = "growing"
ARTWORK_PREFIX: Final = "artwork"
TRACK_ARTWORK_NAME: Final = re.compile(r"([1-9][0-9]{0,4})-([0-9a-f]{64})\.jpg")
"""Of one size of a picture below it, as ``TrackArtwork.key`` has it: ``box_px`` and ``sha256``."""
WITHDRAWN: Final = "withdrawn.json"
"""Below ``growing/``: the revision must not be played any more, and goes after a while."""

SOURCE: Final = "source.json"
"""Below ``growing/``: the SHA-256 of the source that the revision is made of."""

CREDITS: Final = "credits.json"
"""Below ``growing/``: the artist, for whom caches label what they take early."""

_ID: Final = re.compile(ID_PATTERN)
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_BITS_PER_CHARACTER: Final = 5
_UNWANTED_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f/\\%#?*:|"<>\[\]{}^~`]+')
"""What a key, a URL or a file system might take for something else."""
_STEM_BYTES_MAX: Final = 180
_SUFFIX_LENGTH_MAX: Final = 8


def check_id(value: str) -> str:
    """Return ``value``, or raise ManifestError where it is no id."""
    if not _ID.fullmatch(value):
        raise ManifestError(
            f"{value!r} is not an id: use 1 to 64 lower-case letters, digits, '-' or '_', "
            "beginning with a letter or digit"
        )
    return value


def new_id(random_bytes: bytes) -> str:
    """Spell ``random_bytes`` in Crockford's base 32: 12 bytes give an id of 20 characters."""
    number = int.from_bytes(random_bytes, "big")
    length = -(-len(random_bytes) * 8 // _BITS_PER_CHARACTER)
    digits = (
        _ALPHABET[(number >> (_BITS_PER_CHARACTER * place)) & (len(_ALPHABET) - 1)]
        for place in reversed(range(length))
    )
    return "".join(digits)


def entry_key(playback_id: str) -> str:
    """Return the key of the object that says which revision a playback id plays."""
    return f"{ENTRY_PREFIX}/{check_id(playback_id)}.json"


def segment_name(rung: str, number: int) -> str:
    """Return a media segment's name below its revision."""
    return f"{rung}/{number:05d}.m4s"


def init_name(rung: str) -> str:
    """Return an initialization section's name below its revision."""
    return f"{rung}/{INIT}"


def playlist_name(rung: str) -> str:
    """Return a media playlist's name below its revision."""
    return f"{rung}/{PLAYLIST}"


def packed_segment_name(rung: str, number: int) -> str:
    """Return the name of a media segment of packed audio below its revision."""
    return f"{rung}/{number:05d}.aac"


def name_after(name: str) -> str:
    """Return the name of the media segment that follows the one called ``name``."""
    rung, _, file_name = name.rpartition("/")
    number, _, suffix = file_name.partition(".")
    return f"{rung}/{int(number) + 1:05d}.{suffix}"


def packed_playlist_name(rung: str) -> str:
    """Return the name of a media playlist of packed audio below its revision."""
    return f"{rung}/{PACKED_PLAYLIST}"


def chunk_record_name(rung: str, number: int) -> str:
    """Return the name, below the growing folder, of what tells that a chunk is stored."""
    return f"{rung}/{number:05d}.json"


def artwork_name(width_px: int) -> str:
    """Return a cover image's name below its revision."""
    return f"artwork-{width_px}.jpg"


@dataclass(frozen=True, slots=True)
class TrackArtwork:
    """The pictures that somebody gave a track; everything below is immutable.

    No index lists them: their names hold their digests.
    """

    track_id: str
    artwork_id: str

    def __post_init__(self) -> None:
        """Refuse anything that could step outside of the folder."""
        check_id(self.track_id)
        check_id(self.artwork_id)

    @property
    def prefix(self) -> str:
        """The folder of all sizes, without a slash at the end."""
        return f"{ARTWORK_PREFIX}/{self.track_id}/{self.artwork_id}"

    def key(self, box_px: int, sha256: str) -> str:
        """Return the key of one size; ``sha256`` is in hexadecimal."""
        return f"{self.prefix}/{box_px}-{sha256}.jpg"


def source_key(asset_id: str, upload_id: str, file_name: str) -> str:
    """Return the key of an upload: its name stays readable, for it may become a title.

    No two uploads share an id, so that none takes the place of what a job still waits for.
    """
    readable = file_name.encode(errors="ignore").decode()  # a name may be no text at all
    name = _UNWANTED_IN_NAMES.sub("-", unicodedata.normalize("NFC", readable)).strip(" .-")
    suffix = PurePosixPath(name).suffix
    if len(suffix) > _SUFFIX_LENGTH_MAX:
        suffix = ""
    stem = name.removesuffix(suffix).encode()[:_STEM_BYTES_MAX].decode(errors="ignore")
    folder = f"{SOURCES_PREFIX}/{check_id(asset_id)}/{check_id(upload_id)}"
    return f"{folder}/{stem or 'source'}{suffix}"


def prefixes_of(asset_id: str) -> tuple[str, ...]:
    """Return below what everything is that an asset's players read: each ends with ``/``."""
    check_id(asset_id)
    return tuple(f"{prefix}/{asset_id}/" for prefix in (MEDIA_PREFIX, GROWING_PREFIX))


@dataclass(frozen=True, slots=True)
class Revision:
    """One packaging of one asset; everything below it is immutable."""

    asset_id: str
    revision: str

    def __post_init__(self) -> None:
        """Refuse anything that could step outside of the revision's folder."""
        check_id(self.asset_id)
        check_id(self.revision)

    @property
    def prefix(self) -> str:
        """The folder of all its objects, without a slash at the end."""
        return f"{MEDIA_PREFIX}/{self.asset_id}/{self.revision}"

    def key(self, name: str) -> str:
        """Return the key of the object called ``name`` below this revision."""
        return f"{self.prefix}/{name}"

    @property
    def growing_prefix(self) -> str:
        """The folder of what is there only while it is being packaged."""
        return f"{GROWING_PREFIX}/{self.asset_id}/{self.revision}"

    def growing_key(self, name: str) -> str:
        """Return the key of the object called ``name`` below the growing folder."""
        return f"{self.growing_prefix}/{name}"
