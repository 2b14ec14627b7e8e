"""Taking an unfinished revision away again, in an order in which nothing listed is ever missing.

``take_back`` leaves nothing of it. ``withdraw`` is for a revision that somebody may be listening
to: its playlists end where they are, a mark says until when the rest stays, and workers or whoever
collects garbage remove it after that. Both come after its entry has gone. A run that takes the
revision up again removes the mark first.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from manifests import layout
from manifests.errors import ManifestError
from manifests.layout import Revision
from packager.publishing.removal_order import STAGES, removal_stage
from packager.publishing.storage import Storage

GRACE: Final = timedelta(hours=1)

_END: Final = b"#EXT-X-ENDLIST\n"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The mark. Times are RFC 3339 in UTC."""

    withdrawn_at: str
    kept_until: str

    @classmethod
    def at(cls, now: datetime) -> Self:
        """Return the mark of what is withdrawn now; ``now`` is in UTC."""
        return cls(now.isoformat(timespec="seconds"), (now + GRACE).isoformat(timespec="seconds"))

    @property
    def sentence(self) -> str:
        """Say it to a person."""
        return (
            "Its entry is gone; who listens hears what there is until "
            f"{self.kept_until}; after that, a worker or `soundbridge gc` removes it."
        )

    def to_json(self) -> bytes:
        """Return the mark's bytes."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read a mark; ManifestError says why where it is none."""
        try:
            return cls(**json.loads(data))
        except (ValueError, TypeError, RecursionError) as error:
            raise ManifestError(f"the mark of a withdrawal cannot be read: {error}") from error


def withdraw(storage: Storage, where: Revision, withdrawal: Withdrawal) -> None:
    """Let those who listen hear what there is, and mark the rest; raises StoreFailed."""
    storage.put(where.growing_key(layout.WITHDRAWN), withdrawal.to_json())
    there = storage.sizes_bytes(where.growing_prefix)
    playlists = storage.read_all(key for key in there if key.endswith(f"/{layout.PLAYLIST}"))
    storage.put_all({key: text + _END for key, text in playlists.items() if _END not in text})


def clear(storage: Storage, where: Revision) -> None:
    """Remove the mark, where there is one: the revision is being made again."""
    key = where.growing_key(layout.WITHDRAWN)
    if storage.read(key) is not None:
        storage.delete_all((key,))


def take_back(storage: Storage, where: Revision) -> None:
    """Remove everything of a revision, first what lists other objects; raises StoreFailed."""
    keys = [*storage.sizes_bytes(where.growing_prefix), *storage.sizes_bytes(where.prefix)]
    for stage in range(STAGES):
        storage.delete_all(key for key in keys if removal_stage(where, key) == stage)
