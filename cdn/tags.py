"""The labels by which cached answers are purged: by asset, by artist, by class, by what is named.

Fastly reads ``Surrogate-Key`` (separated by spaces), Cloudflare and Akamai read ``Cache-Tag``
(separated by commas), and so does CloudFront where it is told that field (Developer Guide,
"Invalidating content by cache tags"): so a tag holds neither. An artist's name is free text and is
tagged by a digest of its folded form: whoever knows the name can name the tag. What the catalogue
knows by an id, and an address names, is tagged by that.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from cdn.policy.object_class import ObjectClass

SURROGATE_KEY: Final = "Surrogate-Key"
CACHE_TAG: Final = "Cache-Tag"
_NAMED: Final = frozenset({"asset_id", "track_id", "artist_id", "album_id"})


def asset_tag(asset_id: str) -> str:
    """Return the tag on everything that belongs to one asset."""
    return f"asset-{asset_id}"


def playback_tag(playback_id: str) -> str:
    """Return the tag on what a playback id plays by: what changes when something is published."""
    return f"playback-{playback_id}"


def class_tag(object_class: ObjectClass) -> str:
    """Return the tag on everything of one class."""
    return f"class-{object_class}"


@lru_cache(maxsize=4096)  # it is asked for with every answer
def artist_tag(artist: str) -> str:
    """Return the tag on everything of one artist, however the name is cased or composed."""
    folded = unicodedata.normalize("NFKC", artist).casefold().strip()
    return f"artist-{hashlib.sha256(folded.encode(errors='surrogatepass')).hexdigest()[:16]}"


def named_tags(ids: Mapping[str, str]) -> tuple[str, ...]:
    """Return the tags of what an address names, by the names that ids have there (``track_id``)."""
    return tuple(f"{name.removesuffix('_id')}-{one}" for name, one in ids.items() if name in _NAMED)


def tags_for(
    object_class: ObjectClass,
    *,
    asset_id: str | None = None,
    artist: str | None = None,
    named: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return the tags of one answer."""
    tags = [class_tag(object_class), *named]
    if asset_id is not None:
        tags.append(asset_tag(asset_id))
    if artist is not None:
        tags.append(artist_tag(artist))
    return tuple(tags)


def tag_headers(tags: Sequence[str]) -> dict[str, str]:
    """Return the tags as response headers, for either family of CDN."""
    return {SURROGATE_KEY: " ".join(tags), CACHE_TAG: ",".join(tags)} if tags else {}
