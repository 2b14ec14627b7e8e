"""The credits of a revision that is still being made: whose it is, until an index says so.

They are stored before anything of it can be played, so that a cache which fills itself early can be
told, too. The index has the same artist among its tags.
"""

import json
from dataclasses import asdict, dataclass
from typing import Self

from manifests.errors import ManifestError


@dataclass(frozen=True, slots=True)
class Credits:
    """What a purge may go by; None where the source does not tell it."""

    artist: str | None

    def to_json(self) -> bytes:
        """Return the credits object's bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read a credits object; ManifestError says why where it is none."""
        try:
            artist = json.loads(data)["artist"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ManifestError(f"the credits cannot be read: {error}") from error
        if not isinstance(artist, str | None):
            raise ManifestError("the credits cannot be read: the artist is no text")
        return cls(artist)
