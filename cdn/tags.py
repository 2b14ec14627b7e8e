"""The labels by which cached answers are purged: by asset, by artist, by class.

Fastly reads ``Surrogate-Key`` (separated by spaces), Cloudflare and Akamai read ``Cache-Tag``
(separated by commas), so a tag holds neither. An artist's name is free text and is tagged by a
digest of its folded form: whoever knows the name can name the tag.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from cdn.policy import ObjectClass


def asset_tag(asset_id: str) -> str:
    """Return the tag on everything that belongs to one asset."""
    return f"asset-{asset_id}"


def class_tag(object_class: ObjectClass) -> str:
    """Return the tag on everything of one class."""
    return f"class-{object_class}"


@lru_cache(maxsize=4096)  # it is asked for with every answer
def artist_tag(artist: str) -> str:
    """Return the tag on everything of one artist, however the name is cased or composed."""
    folded = unicodedata.normalize("NFKC", artist).casefold().strip()
    return f"artist-{hashlib.sha256(folded.encode(errors='surrogatepass')).hexdigest()[:16]}"


def tags_for(
    object_class: ObjectClass, *, asset_id: str | None = None, artist: str | None = None
) -> tuple[str, ...]:
    """Return the tags of one answer."""
    tags = [class_tag(object_class)]
    if asset_id is not None:
        tags.append(asset_tag(asset_id))
    if artist is not None:
        tags.append(artist_tag(artist))
    return tuple(tags)


def tag_headers(tags: Sequence[str]) -> dict[str, str]:
    """Return the tags as response headers, for either family of CDN."""
    return {"Surrogate-Key": " ".join(tags), "Cache-Tag": ",".join(tags)} if tags else {}
