"""The kinds of events, all of them: what is told, what can be asked for, what is documented. Pure.

``sort.what``, where the sort is what the event's subject is.
"""

from enum import StrEnum
from typing import Final


class EventKind(StrEnum):
    """What happened."""

    ARTIST_CREATED = "artist.created"
    ARTIST_CHANGED = "artist.changed"
    ARTIST_DELETED = "artist.deleted"
    ALBUM_CREATED = "album.created"
    ALBUM_CHANGED = "album.changed"
    ALBUM_DELETED = "album.deleted"
    TRACK_CREATED = "track.created"
    TRACK_CHANGED = "track.changed"
    TRACK_DELETED = "track.deleted"
    FOLLOW_CREATED = "follow.created"
    FOLLOW_DELETED = "follow.deleted"
    UPLOAD_COMPLETED = "upload.completed"
    UPLOAD_FAILED = "upload.failed"
    UPLOAD_EXPIRED = "upload.expired"
    ASSET_CREATED = "asset.created"
    ASSET_PLAYABLE = "asset.playable"
    ASSET_READY = "asset.ready"
    ASSET_ERRORED = "asset.errored"
    ASSET_REPACKAGING = "asset.repackaging"
    ASSET_REPACKAGING_FAILED = "asset.repackaging_failed"
    ASSET_PLAYBACK_ID_REPLACED = "asset.playback_id_replaced"
    ASSET_DELETED = "asset.deleted"
    WEBHOOK_DISABLED = "webhook.disabled"
    ANSWERS_FORGOTTEN = "answers.forgotten"
    OBJECTS_REMOVED = "objects.removed"

    @property
    def sort(self) -> str:
        """What its subject is."""
        return self.partition(".")[0]


_BETWEEN_PROCESSES: Final = {EventKind.ANSWERS_FORGOTTEN, EventKind.OBJECTS_REMOVED}
TOLD: Final = tuple(kind for kind in EventKind if kind not in _BETWEEN_PROCESSES)
"""Those that are somebody's; the others are between processes."""
ALL: Final = "*"
ASKABLE: Final = (ALL, *(f"{sort}.*" for sort in dict.fromkeys(kind.sort for kind in TOLD)), *TOLD)
"""By which somebody says what to be told: every event, all of a sort, or one kind."""
