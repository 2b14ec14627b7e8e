"""The entry object: which revision a playback id plays. The only key that is ever rewritten."""

import json
import math
from dataclasses import asdict, dataclass
from typing import Any, Self

from manifests.errors import ManifestError
from manifests.layout import Revision, check_id


@dataclass(frozen=True, slots=True)
class Entry:
    """What a listing shows without opening the index. ``created_at`` is RFC 3339 in UTC.

    A ``provisional`` entry is of a revision that is still being made: it plays what is below
    ``growing/``, and ``duration_s`` is what is expected of it.
    """

    playback_id: str
    asset_id: str
    revision: str
    created_at: str
    duration_s: float
    title: str | None = None
    artist: str | None = None
    provisional: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no duration, and ids that are none: they become keys and URLs."""
        check_id(self.playback_id)
        check_id(self.asset_id)
        check_id(self.revision)
        if not (math.isfinite(self.duration_s) and self.duration_s >= 0):
            raise ManifestError(f"the entry cannot be read: it lasts {self.duration_s} s")

    @property
    def where(self) -> Revision:
        """The revision that it points at."""
        return Revision(self.asset_id, self.revision)

    def to_json(self) -> bytes:
        """Return the entry object's bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read an entry object; ManifestError says why where it is none."""
        try:
            fields: Any = json.loads(data)
            return cls(**fields)
        except (ValueError, TypeError, RecursionError) as error:
            raise ManifestError(f"the entry cannot be read: {error}") from error
