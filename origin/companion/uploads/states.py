"""Where an upload is, and what stands against going on with it. Pure."""

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row

from origin.delivery.errors import ApiError, Conflict, Gone, NotFound


class State(StrEnum):
    """Where an upload is.

    `expired` is also one that was complete and whose asset was deleted: its `error` says so.
    """

    WAITING = "waiting"
    RECEIVING = "receiving"
    COMPLETE = "complete"
    FAILED = "failed"
    EXPIRED = "expired"


OPEN: Final = (State.WAITING, State.RECEIVING)
COUNTED: Final = (*OPEN, State.COMPLETE)
"""What counts against a quota."""


PARTIAL: Final = "partial"
"""What ``tus_concat`` says of an upload that is a part of another."""


ASSET_DELETED: Final = "asset_deleted"
ASSET_WAS_DELETED: Final = (
    "All of it came, and what was made of it has been deleted since. Make a new upload."
)


TRACK_DELETED: Final = "track_deleted"
TRACK_WAS_DELETED: Final = (
    "The track that this was for has been deleted, so nothing of it is kept. Make a new upload, "
    "for another track or for none."
)


class Way(StrEnum):
    """How the bytes come."""

    PUT = "put"
    TUS = "tus"
    S3 = "s3"
    URL = "url"


class UploadComplete(Conflict):
    """All of it is there already."""

    code = "upload_complete"

    def __init__(self) -> None:
        super().__init__("This upload is complete: look at its asset. A new file is a new upload.")


class PartTaken(Conflict):
    """Another upload is just being made of it."""

    code = "upload_part_taken"

    def __init__(self) -> None:
        super().__init__("Another upload is just being made of this part. Drop that one first.")


class WayTaken(Conflict):
    """It is being sent in another way."""

    code = "upload_way_taken"


class UploadGone(Gone):
    """The upload has failed, or its time is over."""

    code = "upload_gone"


class OwnerGone(UploadGone):
    """Whoever it would belong to is just being erased."""

    def __init__(self) -> None:
        super().__init__("Who this upload belongs to is just being taken away, with all uploads.")


class TrackGone(UploadGone):
    """The track that it was for was deleted."""

    def __init__(self) -> None:
        super().__init__(TRACK_WAS_DELETED)


def lost_its_asset(row: Row[Any]) -> bool:
    """Tell whether an upload was complete, and its asset was deleted."""
    return row.state == State.EXPIRED and row.completed_s is not None


def obstacle(row: Row[Any], way: Way, now_s: float) -> ApiError | None:
    """Return what stands against sending a part of an upload in a way."""
    if row.state == State.COMPLETE:
        return UploadComplete()
    if row.state not in OPEN:
        return _ended(row)
    if row.expires_s <= now_s:
        return UploadGone("The time of this upload is over. Make a new one.")
    if row.way is not None and row.way != way:
        return WayTaken(f"This upload is sent by {row.way}: go on like that, or make a new one.")
    return None


def _ended(row: Row[Any]) -> UploadGone:
    if lost_its_asset(row):
        return UploadGone(ASSET_WAS_DELETED)
    if row.failure_code == TRACK_DELETED:
        return TrackGone()
    return UploadGone(f"This upload is {row.state}. Make a new one.")


def require_open(row: Row[Any] | None, way: Way, now_s: float) -> Row[Any]:
    """Return an upload that is to be sent in a way; raises what stands against that."""
    if row is None:
        raise NotFound("There is no upload with this id.")
    error = obstacle(row, way, now_s)
    if error is not None:
        raise error
    return row
