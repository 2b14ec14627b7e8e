"""The entry object: which revision a playback id plays. The only key that is ever rewritten."""

import json
import math
import re
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Self

from manifests.errors import ManifestError
from manifests.layout import Revision, check_id

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


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
        """Refuse what is no duration, ids that are none, and fields of another type.

        Ids become keys and URLs, and all entries are listed together, whoever wrote them.
        """
        check_id(self.playback_id)
        check_id(self.asset_id)
        check_id(self.revision)
        is_duration = math.isfinite(self.duration_s) and self.duration_s >= 0
        if not is_duration or isinstance(self.duration_s, bool):
            raise ManifestError(f"the entry cannot be read: it lasts {self.duration_s} s")
        _check_text("created_at", self.created_at)
        _check_text("title", "" if self.title is None else self.title)
        _check_text("artist", "" if self.artist is None else self.artist)
        if not isinstance(self.provisional, bool):
            raise ManifestError("the entry cannot be read: provisional is neither true nor false")

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
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise ManifestError(f"the entry cannot be read: {error}") from error


def _check_text(name: str, text: object) -> None:
    """Refuse what is no text, or none that UTF-8 has."""
    if not isinstance(text, str) or _SURROGATE.search(text):
        raise ManifestError(f"the entry cannot be read: {name} is no text")
