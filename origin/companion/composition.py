"""The companion as a whole: which resources there are, and what they are given."""

import hashlib
import json
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from aiohttp import web

from cdn.policy import ObjectClass
from origin.companion.api.openapi import document
from origin.companion.api.routes import Routes
from origin.companion.assets.changes import AssetChanges
from origin.companion.assets.endpoints import Assets
from origin.companion.assets.streaming.endpoints import AssetStreams
from origin.companion.catalogue.artists.endpoints import Artists
from origin.companion.database import Database
from origin.companion.identity.authenticate import Authenticator
from origin.companion.identity.new_ids import new_random_id
from origin.companion.media import Media
from origin.companion.outward.addresses import Network
from origin.companion.webhooks.endpoints import WebhookEndpoints
from origin.companion.webhooks.log import DeliveryEndpoints
from origin.delivery.address import JSON_TYPE, ObjectKind
from origin.delivery.answer import Resource, Responder
from origin.delivery.body import MemoryBody

if TYPE_CHECKING:
    from origin.companion.api.endpoint import Endpoint


class Companion:
    """All resources over one database, which is the caller's to close.

    ``is_draining`` tells whether the process comes to its end: streams end then. ``outward`` are
    private networks that webhooks may reach.
    """

    def __init__(
        self,
        database: Database,
        media: Media,
        is_draining: Callable[[], bool] = lambda: False,
        outward: Sequence[Network] = (),
    ) -> None:
        self._database = database
        self._streams = AssetStreams(database, is_draining)
        self.endpoints: Sequence[Endpoint] = [
            *Artists(database, new_random_id).endpoints(),
            *Assets(database, media).endpoints(),
            *self._streams.endpoints(),
            *AssetChanges(database, media, new_random_id).endpoints(),
            *WebhookEndpoints(database, new_random_id, may_be_private=bool(outward)).endpoints(),
            *DeliveryEndpoints(database, new_random_id).endpoints(),
        ]

    def add_routes(self, app: web.Application, responder: Responder) -> None:
        """Register the endpoints, and the document that describes them."""
        Routes(Authenticator(self._database), responder).add(app, self.endpoints)
        app.on_shutdown.append(self._end_streams)
        described = document(self.endpoints, version=version("soundbridge"))
        content = json.dumps(described, separators=(",", ":")).encode()
        resource = Resource(
            ObjectKind(ObjectClass.PUBLIC_API, JSON_TYPE),
            hashlib.sha256(content).hexdigest(),
            MemoryBody(content),
        )

        async def openapi(request: web.Request) -> web.Response:
            return await responder.answer(request, resource)

        app.router.add_get("/openapi.json", openapi)

    async def _end_streams(self, _app: web.Application) -> None:
        await self._streams.close()
