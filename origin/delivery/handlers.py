"""The routes of delivery: entries at the root, objects below ``/media``, a list of what there is.

A handler says which resource a request means; ``answer`` does the rest. Ids are matched by the
pattern of ``manifests.layout``, so nothing else ever reaches the store.
"""

import json
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from cdn.policy import ObjectClass
from manifests.entry import Entry
from manifests.layout import ID_PATTERN, MEDIA_PREFIX, Revision
from origin.delivery.address import DASH_TYPE, HLS_TYPE, JSON_TYPE, ObjectKind, kind_of
from origin.delivery.answer import Resource, Responder
from origin.delivery.body import StoredBody
from origin.delivery.documents import Document, EntryDocuments, metadata
from origin.delivery.errors import BadRequest, NotFound
from origin.delivery.published import Published
from origin.delivery.reading import StoreReader

LISTED_DEFAULT: Final = 50
LISTED_MAX: Final = 200

_ENTRY_PLAYLIST: Final = ObjectKind(ObjectClass.ENTRY_PLAYLIST, HLS_TYPE)
_ENTRY_MPD: Final = ObjectKind(ObjectClass.ENTRY_MPD, DASH_TYPE)
_METADATA: Final = ObjectKind(ObjectClass.METADATA, JSON_TYPE)
_LISTING: Final = ObjectKind(ObjectClass.PUBLIC_API, JSON_TYPE)


class Delivery:
    """Handlers over one store."""

    def __init__(self, reader: StoreReader, responder: Responder) -> None:
        self._reader = reader
        self._responder = responder
        self._published = Published(reader)
        self._documents = EntryDocuments(reader)

    def add_routes(self, app: web.Application) -> None:
        """Register everything that is delivered."""
        entry = f"/{{playback_id:{ID_PATTERN}}}"
        revision = f"/{MEDIA_PREFIX}/{{asset_id:{ID_PATTERN}}}/{{revision:{ID_PATTERN}}}"
        app.add_routes(
            [
                web.get(f"{entry}.m3u8", self.entry_playlist),
                web.get(f"{entry}.mpd", self.entry_mpd),
                web.get(f"{entry}.json", self.entry_metadata),
                web.get(f"{revision}/{{name:[a-z0-9._/-]+}}", self.media_object),
                web.get("/v1/assets", self.listing),
            ]
        )

    async def entry_playlist(self, request: web.Request) -> web.Response:
        """Answer with the multivariant playlist of what the id plays now."""
        entry = await self._entry(request)
        document = await self._documents.playlist(entry.where)
        return await self._answer(request, entry, _ENTRY_PLAYLIST, document)

    async def entry_mpd(self, request: web.Request) -> web.Response:
        """Answer with the MPD of what the id plays now."""
        entry = await self._entry(request)
        document = await self._documents.mpd(entry.where)
        return await self._answer(request, entry, _ENTRY_MPD, document)

    async def entry_metadata(self, request: web.Request) -> web.Response:
        """Answer with what a page shows of what the id plays now."""
        entry = await self._entry(request)
        published = await self._published.revision(entry.where)
        return await self._answer(request, entry, _METADATA, metadata(entry, published))

    async def media_object(self, request: web.Request) -> web.Response:
        """Answer with one immutable object of a revision."""
        name = request.match_info["name"]
        kind = kind_of(name)
        if kind is None:
            raise NotFound("There is nothing at this address.")
        where = Revision(request.match_info["asset_id"], request.match_info["revision"])
        published = await self._published.revision(where)
        stored = published.objects.get(name)
        if stored is None:
            raise NotFound("The revision has no object of this name.")
        resource = Resource(
            kind,
            stored.sha256,
            StoredBody(self._reader, where.key(name), stored.size_bytes),
            asset_id=where.asset_id,
            artist=published.artist,
        )
        return await self._responder.answer(request, resource)

    async def listing(self, request: web.Request) -> web.Response:
        """Answer with the entries that were published last, the newest first."""
        entries = await self._published.newest_entries(_limit(request))
        items = [
            {
                "playback_id": entry.playback_id,
                "title": entry.title,
                "artist": entry.artist,
                "duration_s": entry.duration_s,
                "created_at": entry.created_at,
            }
            for entry in entries
        ]
        content = json.dumps({"items": items}, ensure_ascii=False, separators=(",", ":"))
        document = Document.of(content.encode())
        resource = Resource(_LISTING, document.digest, document.body)
        return await self._responder.answer(request, resource)

    async def _entry(self, request: web.Request) -> Entry:
        return await self._published.entry(request.match_info["playback_id"])

    async def _answer(
        self, request: web.Request, entry: Entry, kind: ObjectKind, document: Document
    ) -> web.Response:
        resource = Resource(
            kind,
            document.digest,
            document.body,
            last_modified=_moment(entry.created_at),
            asset_id=entry.asset_id,
            artist=entry.artist,
        )
        return await self._responder.answer(request, resource)


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", str(LISTED_DEFAULT))
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LISTED_MAX))):
        raise BadRequest(f"limit is a number from 1 to {LISTED_MAX}.")
    limit = int(text)
    if not 1 <= limit <= LISTED_MAX:
        raise BadRequest(f"limit is a number from 1 to {LISTED_MAX}.")
    return limit


def _moment(created_at: str) -> datetime | None:
    """Read when an entry was written; what cannot be read is no modification date."""
    try:
        moment = datetime.fromisoformat(created_at)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo is not None else None
