"""The entry object: which revision a playback id plays. The only key that is ever rewritten."""

import json
import math
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from manifests.errors import ManifestError
from manifests.layout import Revision, check_id


@dataclass(frozen=True, slots=True)
class Entry:
    """What a listing shows without opening the index. Moments are RFC 3339 in UTC.

    ``created_at`` is when packaging began, ``changed_at`` when the store was told what this says:
    entries are equal that say the same, whenever that was. A queue's row has no ``changed_at``, nor
    do entries that older versions wrote.

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
    changed_at: str | None = field(default=None, compare=False)

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

    @property
    def changed(self) -> datetime | None:
        """When the store was told this, None where that is not known."""
        try:
            moment = datetime.fromisoformat(self.changed_at or "")
            return moment.astimezone(UTC) if moment.tzinfo is not None else None
        except (TypeError, ValueError, OverflowError):  # another program wrote it
            return None

    def changed_now(self, now: datetime) -> Self:
        """Return what to store at this moment."""
        return replace(self, changed_at=now.astimezone(UTC).isoformat(timespec="milliseconds"))

    def to_json(self) -> bytes:
        """Return the entry object's bytes."""
        fields = asdict(self)
        if self.changed_at is None:
            del fields["changed_at"]  # rows are compared as text with those of older versions
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read an entry object; ManifestError says why where it is none."""
        try:
            fields: Any = json.loads(data)
            return cls(**fields)
        except (ValueError, TypeError, RecursionError) as error:
            raise ManifestError(f"the entry cannot be read: {error}") from error
