"""The pictures that somebody gave a track, below ``/artwork``.

They are no part of what plays, and need no playback token. Nothing lists them: the name of each
holds its digest, so what was read is held against that, and the entity tag is known.
"""

import hashlib
from typing import Final

from aiohttp import web

from cdn.policy.object_class import ObjectClass
from cdn.tags import named_tags
from manifests.layout import ARTWORK_PREFIX, ID_PATTERN, TRACK_ARTWORK_NAME, TrackArtwork
from origin.delivery.address import ObjectKind
from origin.delivery.answer import Resource, Responder
from origin.delivery.body import MemoryBody
from origin.delivery.errors import BrokenObject, NotFound
from origin.delivery.reading import Doubts, Reader

PICTURE_BYTES_MAX: Final = 8 * 2**20
"""More than the largest size can have, as JPEG."""

_KIND: Final = ObjectKind(ObjectClass.ARTWORK, "image/jpeg")


class ArtworkObjects:
    """A handler over one store."""

    def __init__(self, reader: Reader, responder: Responder, doubts: Doubts) -> None:
        self._reader = reader
        self._responder = responder
        self._doubts = doubts

    def add_routes(self, app: web.Application) -> None:
        """Register it."""
        ids = f"{{track_id:{ID_PATTERN}}}/{{artwork_id:{ID_PATTERN}}}"
        app.router.add_get(f"/{ARTWORK_PREFIX}/{ids}/{{name:[a-z0-9.-]+}}", self.picture)

    async def picture(self, request: web.Request) -> web.Response:
        """Answer with one size of a picture."""
        found = request.match_info
        named = TRACK_ARTWORK_NAME.fullmatch(found["name"])
        if named is None:
            raise NotFound("There is nothing at this address.")
        key = TrackArtwork(found["track_id"], found["artwork_id"]).key(int(named[1]), named[2])
        content = await self._reader.read(key, limit_bytes=PICTURE_BYTES_MAX)
        if hashlib.sha256(content).hexdigest() != named[2]:
            raise BrokenObject("The store holds another picture than was given to this track.")
        doubted = self._doubts(key) is not None
        tags, body = named_tags({"track_id": found["track_id"]}), MemoryBody(content)
        resource = Resource(_KIND, named[2], body, named=tags, doubted=doubted)
        return await self._responder.answer(request, resource)
