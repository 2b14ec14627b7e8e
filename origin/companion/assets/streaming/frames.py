"""The lines of an event stream. Pure."""

import json
from collections.abc import Mapping
from typing import Any, Final

from origin.companion.catalogue.events import Event

MEDIA_TYPE: Final = "text/event-stream"
HEARTBEAT: Final = b":\n\n"
"""A comment, which keeps whoever is in between from taking a quiet stream for a dead one."""

_RETRY_MS: Final = 2_000
RESET: Final = "reset"
"""Something was missed that is not kept any more."""

FIRST: Final = f"retry: {_RETRY_MS}\n\n".encode()


def frame(kind: str, data: Mapping[str, Any], number: int | None = None) -> bytes:
    """Return one event; JSON has no line breaks of its own."""
    lines = [f"event: {kind}", f"data: {json.dumps(data, separators=(',', ':'))}", "", ""]
    if number is not None:
        lines.insert(0, f"id: {number}")
    return "\n".join(lines).encode()


def frame_of(event: Event) -> bytes:
    """Return what a stream says of an event."""
    sort = event.kind.partition(".")[0]
    data = {f"{sort}_id": event.subject, "happened_s": event.happened_s, **event.content}
    return frame(event.kind, data, event.number)
