"""The routes of delivery: entries at the root, what they play below ``/media``, and a list.

What is below ``/growing`` belongs to assets that are still being packaged.

A handler says which resource a request means; ``answer`` does the rest. Ids are matched by the
pattern of ``manifests.layout``, so nothing else ever reaches the store.
"""

from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from cdn.policy.object_class import ObjectClass
from cdn.tags import playback_tag
from manifests.entry import Entry
from manifests.layout import (
    GROWING_PREFIX,
    ID_PATTERN,
    MEDIA_PREFIX,
    Revision,
)
from origin.delivery.address import (
    COVER_NAME,
    DASH_TYPE,
    HLS_TYPE,
    JSON_TYPE,
    ObjectKind,
    growing_kind_of,
    kind_of,
)
from origin.delivery.answer import Resource, Responder
from origin.delivery.artwork import ArtworkObjects
from origin.delivery.documents import Document, EntryDocuments, offer_as_it_is
from origin.delivery.errors import BadRequest, NotFound
from origin.delivery.growing import GrowingDocuments
from origin.delivery.listed import ListedReader
from origin.delivery.metadata import listing, metadata, preparing_metadata
from origin.delivery.objects import RevisionObjects
from origin.delivery.published import Published
from origin.delivery.reading import Doubts, Missing, Reader, no_doubt
from origin.delivery.tokens import TokenGate, TokenRules
from origin.memory_shares import USUAL, MemoryShares
from origin.steering.endpoint import Steering

LISTED_DEFAULT: Final = 50
LISTED_MAX: Final = 200

_SETTLED_AFTER: Final = timedelta(seconds=60)
"""A change of entry is told everywhere by then: put, through all tiers, whatever clocks differ."""

_ENTRY_PLAYLIST: Final = ObjectKind(ObjectClass.ENTRY_PLAYLIST, HLS_TYPE)
_ENTRY_MPD: Final = ObjectKind(ObjectClass.ENTRY_MPD, DASH_TYPE)
_METADATA: Final = ObjectKind(ObjectClass.METADATA, JSON_TYPE)
_LISTING: Final = ObjectKind(ObjectClass.PUBLIC_API, JSON_TYPE)
_PARTIAL_LISTING: Final = ObjectKind(ObjectClass.PARTIAL_LISTING, JSON_TYPE)


class Delivery:
    """Handlers over one store."""

    def __init__(
        self,
        reader: Reader,
        responder: Responder,
        tokens: TokenRules | None = None,
        shares: MemoryShares = USUAL,
        doubts: Doubts = no_doubt,
        *,
        steering: Steering | None = None,
    ) -> None:
        self._responder = responder
        self._steering = steering
        offer = offer_as_it_is if steering is None else steering.offer
        self._published = Published(reader, shares.indexes, doubts)
        self._gate = TokenGate(self._published, tokens)
        listed = ListedReader(reader, self._published)
        self._objects = RevisionObjects(listed, self._published, shares.segments)
        self._documents = EntryDocuments(listed, shares.documents // 2, offer)
        self._artwork = ArtworkObjects(reader, responder, doubts)
        self._growing = GrowingDocuments(listed, self._published, shares.documents // 2, offer)

    def add_routes(self, app: web.Application, *, with_list: bool = True) -> None:
        """Register everything that is delivered, and the list of what is newest."""
        entry = f"/{{playback_id:{ID_PATTERN}}}"
        revision = f"{{asset_id:{ID_PATTERN}}}/{{revision:{ID_PATTERN}}}"
        below = f"{revision}/{{name:[a-z0-9._/-]+}}"
        playable = {
            f"{entry}.m3u8": self.entry_playlist,
            f"{entry}.packed.m3u8": self.entry_packed_audio,
            f"{entry}.mpd": self.entry_mpd,
            f"{entry}.json": self.entry_metadata,
            f"/{MEDIA_PREFIX}/{below}": self.media_object,
            f"/{GROWING_PREFIX}/{below}": self.growing_object,
        }
        cover = f"/{MEDIA_PREFIX}/{revision}/{{name:{COVER_NAME}}}"
        app.add_routes(self._gate.open_routes(cover, self.media_object))
        for path, handler in playable.items():
            app.add_routes(self._gate.routes(path, handler))
        self._gate.add_check(app)
        self._artwork.add_routes(app)
        if self._steering is not None:
            manifest = f"/steering{entry}"
            app.add_routes(self._gate.open_routes(manifest, self._steering.manifest))
        if with_list:
            app.add_routes([web.get("/v1/assets", self.listing)])

    def removed(self, prefix: str) -> None:
        """Give nothing more of an asset, below whose prefix all was removed.

        What was compressed of it is found by nobody from then on, and makes room for others.
        """
        _, _, below = prefix.partition("/")
        asset_id = below.removesuffix("/")
        for each in (
            self._published,
            self._objects,
            self._documents,
            self._growing,
            self._gate,
        ):
            each.removed(asset_id)

    async def entry_playlist(self, request: web.Request) -> web.Response:
        """Answer with the multivariant playlist of what the id plays now."""
        entry = await self._entry(request)
        if await self._is_growing(entry):
            document = await self._growing.entry_playlist(entry.where, entry.playback_id)
        else:
            published = await self._published.revision(entry.where)
            document = await self._documents.playlist(published, entry.playback_id)
        return await self._answer(request, entry, _ENTRY_PLAYLIST, document)

    async def entry_packed_audio(self, request: web.Request) -> web.Response:
        """Answer with the multivariant playlist of packed audio, which not every asset has."""
        entry = await self._entry(request)
        if await self._is_growing(entry):
            raise NotFound("This is still being prepared; packed audio comes when that is done.")
        published = await self._published.revision(entry.where)
        document = await self._documents.packed_playlist(published, entry.playback_id)
        return await self._answer(request, entry, _ENTRY_PLAYLIST, document)

    async def entry_mpd(self, request: web.Request) -> web.Response:
        """Answer with the MPD of what the id plays now."""
        entry = await self._entry(request)
        if await self._is_growing(entry):
            raise NotFound(
                "This is still being prepared, and its MPD comes when that is done. "
                "Its HLS playlist plays already."
            )
        document = await self._documents.mpd(await self._published.revision(entry.where))
        return await self._answer(request, entry, _ENTRY_MPD, document)

    async def entry_metadata(self, request: web.Request) -> web.Response:
        """Answer with what a page shows of what the id plays now."""
        entry = await self._entry(request)
        if await self._is_growing(entry):
            renditions = await self._growing.renditions(entry.where)
            document = preparing_metadata(entry, renditions)
        else:
            document = metadata(entry, await self._published.revision(entry.where))
        return await self._answer(request, entry, _METADATA, document)

    async def media_object(self, request: web.Request) -> web.Response:
        """Answer with one immutable object of a revision."""
        where, name = _place(request)
        kind = kind_of(name)
        if kind is None:
            raise NotFound("There is nothing at this address.")
        resource = await self._objects.find(where, name, kind)
        return await self._responder.answer(request, resource)

    async def growing_object(self, request: web.Request) -> web.Response:
        """Answer with what a revision has only while it is being packaged."""
        where, name = _place(request)
        kind = growing_kind_of(name)
        if kind is None:
            raise NotFound("There is nothing at this address.")
        resource = await self._growing.find(where, name, kind)
        return await self._responder.answer(request, resource)

    async def listing(self, request: web.Request) -> web.Response:
        """Answer with the entries that were published last, the newest first.

        Where a store of several does not answer, those of the others are better than none, as long
        as it is said, and kept by nobody. Where there are more than are ever looked at, that is
        said, too, but will be no other in a moment.
        """
        entries, missing = await self._published.newest_entries(_limit(request))
        document = listing(entries, is_complete=missing is Missing.NOTHING)
        kind = _PARTIAL_LISTING if missing is Missing.WHAT_NOBODY_CAN_TELL else _LISTING
        resource = Resource(kind, document.digest, document.body, takes_query=True)
        return await self._responder.answer(request, resource)

    async def _entry(self, request: web.Request) -> Entry:
        return await self._published.entry(request.match_info["playback_id"])

    async def _is_growing(self, entry: Entry) -> bool:
        """Tell whether more is to come: a revision may be complete before its entry says so."""
        if not entry.provisional:
            return False
        return await self._published.complete_revision(entry.where) is None

    async def _answer(
        self, request: web.Request, entry: Entry, kind: ObjectKind, document: Document
    ) -> web.Response:
        """Answer with a document of an entry, for as long as that may stay as it is."""
        if entry.provisional:
            kind = ObjectKind(ObjectClass.PROVISIONAL_ENTRY, kind.media_type)
        resource = Resource(
            kind,
            document.digest,
            document.body,
            last_modified=_settled_at(entry),
            asset_id=entry.asset_id,
            artist=entry.artist,
            named=(playback_tag(entry.playback_id),),
            doubted=self._published.is_entry_doubted(entry),
        )
        return await self._responder.answer(request, resource)


def _place(request: web.Request) -> tuple[Revision, str]:
    found = request.match_info
    return Revision(found["asset_id"], found["revision"]), found["name"]


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", str(LISTED_DEFAULT))
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LISTED_MAX))):
        raise BadRequest(f"limit is a number from 1 to {LISTED_MAX}.")
    limit = int(text)
    if not 1 <= limit <= LISTED_MAX:
        raise BadRequest(f"limit is a number from 1 to {LISTED_MAX}.")
    return limit


def _settled_at(entry: Entry) -> datetime | None:
    """Return from when on nobody was told anything else; None where that is not known.

    That, not the moment of the change, is what dates can be compared with: an answer from memory
    tells what was before, with a Date that is later than the change. Nor could one second hold two
    changes (RFC 9110 §8.8.2.2): the first was never told with a date. What is provisional has none,
    since it changes while its entry stays.
    """
    if entry.provisional or entry.changed is None:
        return None
    try:
        return entry.changed + _SETTLED_AFTER
    except OverflowError:
        return None
