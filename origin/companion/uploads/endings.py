"""What is told of an upload of which nothing came: why, and what to do. Pure."""

from typing import Any, Final

from sqlalchemy import Row

from origin.companion.assets.failures import EXPLANATIONS
from origin.companion.catalogue.events import News
from origin.companion.catalogue.kinds import EventKind
from origin.companion.uploads.states import TRACK_DELETED, Way

_EXPIRED: Final = "upload_expired"
_NOT_ALL_CAME: Final = "Not all of it came in time."
_AGAIN: Final = "Make a new upload."
_ITS_TRACK_WENT: Final = "The track that it was for was deleted, so nothing of it is kept."
_OTHER_TRACK: Final = "Make a new upload, for another track or for none."
_OTHER_URL: Final = (
    "See that the URL leads to the sound itself and is answered; then make a new upload, or send "
    "the file."
)
_REMEDIES: Final = {
    code: EXPLANATIONS[code].remedy
    for code in ("unsupported_source", "source_too_large", "address_refused")
}


def failed(row: Row[Any], code: str, sentence: str) -> News:
    """Return what is told of an upload that has failed."""
    remedy = _REMEDIES.get(code, _OTHER_URL if row.way == Way.URL else _AGAIN)
    return _told(EventKind.UPLOAD_FAILED, row, code, sentence, remedy)


def without_track(row: Row[Any]) -> News:
    """Return what is told of an upload whose track was deleted."""
    return _told(EventKind.UPLOAD_FAILED, row, TRACK_DELETED, _ITS_TRACK_WENT, _OTHER_TRACK)


def expired(row: Row[Any]) -> News:
    """Return what is told of an upload whose time is over."""
    return _told(EventKind.UPLOAD_EXPIRED, row, _EXPIRED, _NOT_ALL_CAME, _AGAIN)


def _told(kind: EventKind, row: Row[Any], code: str, sentence: str, remedy: str) -> News:
    error = {"code": code, "sentence": sentence, "remedy": remedy}
    about = {name: getattr(row, name) for name in ("asset_id", "playback_id", "track_id")}
    return News(kind, row.id, row.user_id, {**about, "error": error})
