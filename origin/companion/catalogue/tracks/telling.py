"""What is told of a track that was changed, whoever changed it. Pure."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from origin.companion.catalogue import events
from origin.companion.catalogue.events import News


def news(kind: str, row: Row[Any], said: Mapping[str, Any]) -> News:
    """Return what is told of a track of which something was said."""
    return News(kind, row.id, row.user_id, {**events.of_track(row), "fields": sorted(said)})
