"""What the source says of itself: title, artist and the like, under one set of names.

libavformat already unifies most of the names of ID3, MP4, Vorbis comments and RIFF; the rest is a
short list here. Only names on the list are kept: what else is in a file (encoder settings, private
frames, whole lyrics) is nobody's business downstream, and a list bounds what a file can bring.

Containers have to be opened with ``metadata_errors="surrogateescape"``, so that bytes in another
encoding come through (``text`` says what happens to them) and do not fail the file.
"""

from collections.abc import Collection, Mapping
from typing import Final

import av

from packager.source import text

MAX_LENGTH: Final = 1000
"""Characters of one value; a comment that is longer is cut."""

NAMES: Final = frozenset(
    {
        "title", "artist", "album", "album_artist", "composer", "performer", "conductor",
        "lyricist", "publisher", "genre", "mood", "grouping", "date", "track", "disc", "bpm",
        "compilation", "comment", "language", "copyright", "license", "isrc", "barcode",
    }
)  # fmt: skip
"""Every name that ``read_tags`` gives."""

_ALIASES: Final = {
    "albumartist": "album_artist",
    "author": "artist",
    "description": "comment",
    "discnumber": "disc",
    "label": "publisher",
    "organization": "publisher",
    "tbpm": "bpm",
    "tcmp": "compilation",
    "text": "lyricist",
    "tmpo": "bpm",
    "tracknumber": "track",
    "tsrc": "isrc",
    "wcop": "license",
    "year": "date",
}
_UNDETERMINED: Final = "und"
_MAX_RAW_LENGTH: Final = 16 * MAX_LENGTH


def read_tags(container: av.container.InputContainer) -> dict[str, str]:
    """Return the tags of a source."""
    tags = tagged(container, NAMES)
    if tags.get("language") == _UNDETERMINED:
        del tags["language"]
    return tags


def tagged(container: av.container.InputContainer, names: Collection[str]) -> dict[str, str]:
    """Return the values that the container or, where it has none of a name, its sound has."""
    found = _named(container.metadata, names)
    sound = container.streams.best("audio")
    if sound is not None:
        found = _named(sound.metadata, names) | found
    cleaned = {name: text.clean(value, MAX_LENGTH) for name, value in text.repair(found).items()}
    return {name: cleaned[name] for name in sorted(cleaned) if cleaned[name]}


def _named(metadata: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Return the values whose name is among ``names``; of two with one name the first."""
    named: dict[str, str] = {}
    for key, value in metadata.items():
        name = key.casefold().strip().replace(" ", "_").replace("-", "_")
        name = _ALIASES.get(name, name)
        if name in names:
            named.setdefault(name, value[:_MAX_RAW_LENGTH])
    return named
