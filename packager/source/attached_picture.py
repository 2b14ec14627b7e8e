"""The picture that a source carries with it: its cover."""

from contextlib import suppress
from typing import Final

import av

_MAX_PACKETS: Final = 64
_FRONT: Final = "cover (front)"


def find_cover(container: av.container.InputContainer) -> bytes | None:
    """Return the source's attached picture, the front cover where it has several.

    Reads from the beginning of a newly opened container, which is not to be decoded afterwards.
    """
    pictures = [
        stream
        for stream in container.streams.video
        if stream.disposition & av.stream.Disposition.attached_pic
    ]
    if not pictures:
        return None
    chosen = next((picture for picture in pictures if _is_front(picture)), pictures[0])
    # libavformat hands out attached pictures before anything else.
    with suppress(av.FFmpegError):
        for _, packet in zip(range(_MAX_PACKETS), container.demux(), strict=False):
            if packet.stream.index == chosen.index and packet.size:
                return bytes(packet)
    return None


def _is_front(picture: av.VideoStream) -> bool:
    return picture.metadata.get("comment", "").lower() == _FRONT
