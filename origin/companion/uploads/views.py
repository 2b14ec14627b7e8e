"""What an answer says of an upload. Pure."""

from typing import Any

from sqlalchemy import Row

from origin.companion.uploads.models import Failure, Send, Upload
from origin.companion.uploads.states import (
    ASSET_DELETED,
    ASSET_WAS_DELETED,
    OPEN,
    State,
    Way,
    lost_its_asset,
)

ROOT = "/v1/uploads"


def upload_of(row: Row[Any], *, has_parts: bool) -> Upload:
    """Return an upload as it is given; ``has_parts`` where they can be sent to a bucket."""
    is_open = row.state in OPEN
    return Upload(
        id=row.id,
        state=State(row.state),
        name=row.name,
        asset_id=row.asset_id,
        playback_id=row.playback_id,
        track_id=row.track_id,
        way=None if row.way is None else Way(row.way),
        send=_send(row, has_parts=has_parts) if is_open and row.way != Way.URL else None,
        size_bytes=row.size_bytes,
        received_bytes=row.received_bytes,
        sha256=row.sha256 or row.said_sha256,
        duplicate_of=row.duplicate_of,
        lossless=row.lossless,
        packed_audio=row.packed_audio,
        error=_failure(row),
        created_at=row.created_s,
        expires_at=row.expires_s if is_open else None,
        completed_at=row.completed_s,
    )


def _send(row: Row[Any], *, has_parts: bool) -> Send:
    one = f"{ROOT}/{row.id}"

    def only(way: Way, address: str) -> str | None:
        return address if row.way in {None, way} else None

    return Send(
        put=only(Way.PUT, f"{one}/content"),
        tus=only(Way.TUS, f"{one}/tus"),
        s3=only(Way.S3, f"{one}/s3") if has_parts else None,
    )


def _failure(row: Row[Any]) -> Failure | None:
    if lost_its_asset(row):
        return Failure(code=ASSET_DELETED, detail=ASSET_WAS_DELETED)
    if row.failure_code is None:
        return None
    return Failure(code=row.failure_code, detail=row.failure_reason or "")
