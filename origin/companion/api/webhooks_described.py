"""What the OpenAPI document says of the messages that webhooks get. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from origin.companion.api.endpoint import Endpoint
from origin.companion.catalogue.kinds import TOLD, EventKind

_ID: Final = {"type": "string"}
_ID_IF_ANY: Final = {"type": ["string", "null"]}
_FIELDS: Final = {
    "type": "array",
    "items": {"type": "string"},
    "description": "What was set: read it again.",
}
_SAID: Final[Mapping[str, Mapping[str, Any]]] = {
    "artist": {"fields": _FIELDS},
    "album": {"artist_id": _ID, "fields": _FIELDS},
    "track": {
        "artist_id": _ID,
        "album_id": _ID_IF_ANY,
        "asset_id": _ID_IF_ANY,
        "fields": _FIELDS,
    },
    "follow": {},
    "upload": {
        "asset_id": _ID,
        "playback_id": _ID,
        "track_id": _ID_IF_ANY,
        "error": {
            "type": "object",
            "description": "Why nothing came of it, and what to do.",
            "required": ["code", "sentence", "remedy"],
            "properties": {name: {"type": "string"} for name in ("code", "sentence", "remedy")},
        },
    },
    "asset": {
        "state": {"enum": ["preparing", "ready", "errored"]},
        "playback_id": _ID,
        "track_id": _ID_IF_ANY,
        "error": {
            "type": ["object", "null"],
            "description": "Why it was not packaged, the last time, and what to do.",
        },
    },
    "webhook": {"because": {"type": "string"}},
}
"""What may be said of each sort, beside the id of what the event is about."""
_SIGNED: Final = "Messages are signed as Standard Webhooks says (https://www.standardwebhooks.com)."
_HEADERS: Final = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
]


def webhooks(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Return the document's member, none where no endpoint lets anybody make a webhook."""
    if not any(endpoint.name == "createWebhook" for endpoint in endpoints):
        return {}
    return {"webhooks": {kind.value: {"post": _message(kind)} for kind in TOLD}}


def _message(kind: EventKind) -> dict[str, Any]:
    return {
        "summary": f"Of each event `{kind.value}`",
        "description": _SIGNED,
        "tags": ["webhooks"],
        "parameters": _HEADERS,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _schema(kind)}},
        },
        "responses": {"2XX": {"description": "It has arrived; anything else is tried again."}},
    }


def _schema(kind: EventKind) -> dict[str, Any]:
    data = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string", "description": f"Which {kind.sort}."}}
        | dict(_SAID[kind.sort]),
    }
    return {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": kind.value},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": data,
        },
    }
