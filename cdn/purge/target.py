"""What is to be dropped: by a tag, by a prefix of paths, or by a path. Pure."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from cdn.errors import PurgeRefused
from cdn.policy.cache_key import cache_key_of

TAG_LENGTH_MAX: Final = 256
"""The shortest of what CDNs take (CloudFront; Fastly and Cloudflare take 1,024 bytes)."""
PATH_LENGTH_MAX: Final = 2_000
TAG_OF_NOTHING: Final = "soundbridge-nothing"
"""No answer has it: who has it dropped learns whether we may, and no more happens."""

_TAG: Final = re.compile(r"[!-+\--~]+")
"""Visible ASCII without the comma, which ends a tag in ``Cache-Tag``."""
_PATH: Final = re.compile(r"(?:https?://[A-Za-z0-9.:_\[\]-]+)?/[!\"$-)+-~]*")
"""Visible ASCII without ``*``, which CloudFront takes for anything, and ``#``, behind which nothing
is sent."""


class By(StrEnum):
    """How a CDN finds what it is to drop."""

    TAG = "tag"
    PREFIX = "prefix"
    PATH = "path"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """One thing to drop. A prefix ends with ``/``; paths and prefixes may be whole URLs.

    What is dropped softly is given until there is another, by those CDNs that can; raises
    PurgeRefused for what none of them takes.
    """

    by: By
    value: str
    soft: bool = False

    def __post_init__(self) -> None:
        """Refuse what would be another request than it seems."""
        if self.by is By.TAG:
            if len(self.value) > TAG_LENGTH_MAX or not _TAG.fullmatch(self.value):
                raise PurgeRefused(
                    f"{self.value!r} is no tag: use up to {TAG_LENGTH_MAX} visible ASCII characters"
                    " without commas."
                )
            return
        is_path = len(self.value) <= PATH_LENGTH_MAX and _PATH.fullmatch(self.value)
        if not is_path or (self.by is By.PREFIX and not self.value.endswith("/")):
            raise PurgeRefused(
                f"{self.value!r} is no {self.by} to purge: it begins with / or https://, has no"
                " spaces, * or #, and what is not ASCII is percent-encoded; a prefix ends with /."
            )


def path_of(value: str) -> str:
    """Return the path, and the query, of a path or URL."""
    if value.startswith("/"):
        return value
    parts = urlsplit(value)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def as_kept(target: Target) -> Target:
    """Return a path as its copy is kept: without a playback token, and what players put there."""
    asked = path_of(target.value)
    key = cache_key_of(asked)
    if key is None:
        return target
    kept = f"{key.path}?{key.query}" if key.query else key.path
    host = target.value.partition("?")[0].removesuffix(asked.partition("?")[0])
    return replace(target, value=host + kept)


def url_of(value: str, public_url: str | None) -> str:
    """Return the URL of a path or URL; raises PurgeRefused where nothing says where paths are."""
    if not value.startswith("/"):
        return value
    if public_url is None:
        raise PurgeRefused(
            f"This CDN purges whole URLs, and {value} is a path: say where listeners find it with"
            " --public-url https://..., or give the URL."
        )
    return public_url.rstrip("/") + value
