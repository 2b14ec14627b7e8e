"""The companion as a whole: which resources there are, and what they are given."""

import secrets
import time
from typing import TYPE_CHECKING

from aiohttp import web

from origin.companion.access import Access
from origin.companion.api.admission import Admission
from origin.companion.api.budgets import Counter
from origin.companion.api.cross_origin import CrossOrigin
from origin.companion.api.endpoint import ANYONE
from origin.companion.api.idempotency import Idempotency
from origin.companion.api.routes import Routes
from origin.companion.artwork.endpoints import Artwork
from origin.companion.assets.belongings import AssetBelongings
from origin.companion.assets.changes import AssetChanges
from origin.companion.assets.endpoints import Assets
from origin.companion.assets.playback_ids import PlaybackIdEndpoints
from origin.companion.assets.rows import owner_of
from origin.companion.assets.streaming.endpoints import AssetStreams
from origin.companion.assets.streaming.hub import ASK_AGAIN_S, Hub
from origin.companion.assets.withdrawing import Withdrawing
from origin.companion.catalogue.albums.endpoints import Albums
from origin.companion.catalogue.artists.endpoints import Artists
from origin.companion.catalogue.belongings import CatalogueBelongings
from origin.companion.catalogue.follows.endpoints import Follows
from origin.companion.catalogue.tracks.endpoints import Tracks
from origin.companion.catalogue.tracks.first_track import FirstTrack
from origin.companion.database import Database
from origin.companion.identity.account.belongings import IdentityBelongings
from origin.companion.identity.account.endpoints import Accounts
from origin.companion.identity.account.leaving import Leaving
from origin.companion.identity.api_keys.endpoints import ApiKeys
from origin.companion.identity.authenticate import Authenticator, Tokens
from origin.companion.identity.client import Clients
from origin.companion.identity.erasing import KIND as ERASE
from origin.companion.identity.erasing import Erasing
from origin.companion.identity.new_ids import new_random_id
from origin.companion.identity.session.endpoints import Sessions
from origin.companion.identity.uses import Uses
from origin.companion.media import Media
from origin.companion.pages.serving import add_pages
from origin.companion.playback_tokens.endpoints import PlaybackTokens
from origin.companion.plays.playing import Playing
from origin.companion.purging.watching import PurgeWatch
from origin.companion.quality.edge import EdgeLog
from origin.companion.quality.endpoints import AssetQuality
from origin.companion.quality.writing import Writer
from origin.companion.queue_watching import QueueWatch
from origin.companion.rooms import EVERYTHING, Room, endpoints_of
from origin.companion.search.endpoints import Searching
from origin.companion.search.finding import Finding
from origin.companion.similar.endpoints import Similar
from origin.companion.uploads.belongings import UploadBelongings
from origin.companion.uploads.composition import upload_endpoints
from origin.companion.uploads.tus.marks import marking
from origin.companion.webhooks.belongings import WebhookBelongings
from origin.companion.webhooks.endpoints import WebhookEndpoints
from origin.companion.webhooks.log import DeliveryEndpoints
from origin.defence.forwarding import TrustedProxies
from origin.delivery.answer import Responder
from origin.quality.sums import DaySums
from packager.queue.persisting import Persisting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cdn.signing.keys import SigningKey
    from cdn.signing.secret import SecretKey
    from origin.companion.api.endpoint import Endpoint
    from origin.companion.caching.answers import Answers
    from origin.companion.identity.belongings import Belongings
    from origin.companion.outward.addresses import Network
    from origin.companion.uploads.surroundings import Surroundings
    from packager.queue.worker import Handler


class Companion:
    """All resources over one database, which is the caller's to close; so is what uploads need.

    ``media`` is what plays. ``tokens`` tells whose an identity provider's token is, ``shared``
    counts requests for all processes. ``uses`` is to be run beside, and ``handlers`` do its jobs of
    the queue. Without ``uploads``, nothing can be uploaded; without ``finding``, rows are searched
    without an index. ``is_draining`` tells whether the process comes to its end: streams end then.
    ``outward`` are private networks that webhooks may reach. ``playing`` and both ``..._watch``
    are to be run beside, too, and ``quality_writer``, which writes down what ``quality`` holds. Of
    the ``rooms``, only those that a process is to have are there.
    ``answers`` is what is kept for whoever asks next; without it, all is read anew. Every
    ``ask_again_s`` it is looked who listens to streams and may no more. Without a ``signing_key``,
    no playback tokens are issued.
    """

    def __init__(
        self,
        database: Database,
        media: Media,
        access: Access | None = None,
        tokens: Tokens | None = None,
        shared: Counter | None = None,
        *,
        uploads: "Surroundings | None" = None,
        finding: Finding | None = None,
        is_draining: "Callable[[], bool]" = lambda: False,
        outward: "Sequence[Network]" = (),
        clock: "Callable[[], float]" = time.time,
        rooms: frozenset[Room] = EVERYTHING,
        answers: "Answers | None" = None,
        ask_again_s: float = ASK_AGAIN_S,
        signing_key: "SigningKey | SecretKey | None" = None,
    ) -> None:
        self._rooms = rooms
        access = access or Access()
        self.database = database
        self.answers = answers
        self._uploads = uploads
        self._clients = Clients(TrustedProxies(access.trusted_proxies, access.address_field))
        self._cross_origin = CrossOrigin(frozenset(access.origins))
        self.uses = Uses(database)
        self._clock = clock
        self.queue_watch = QueueWatch(database)
        self.purge_watch = PurgeWatch(database)
        self.first_track = FirstTrack(database)
        self.playing = Playing(database, secrets.token_bytes, clock)
        self.quality = DaySums()
        self.edge_log = EdgeLog()
        self.quality_writer = Writer(database, self.quality)
        authenticator = Authenticator(
            database, self._clients, self.uses, tokens, trusted_origins=frozenset(access.origins)
        )
        self._admission = Admission(authenticator, self._clients, access.budgets, shared)
        self._idempotency = Idempotency(database, new_random_id)
        hub = Hub(database, is_draining, clock, ask_again_s=ask_again_s)
        self._streams = AssetStreams(database, hub)
        belongings: tuple[Belongings, ...] = (
            IdentityBelongings(),
            WebhookBelongings(),
            AssetBelongings(new_random_id),
            *(() if uploads is None else (UploadBelongings(uploads),)),
            CatalogueBelongings(),
        )
        self.handlers: Mapping[str, Handler] = {ERASE: Persisting(Erasing(database, belongings))}
        self.withdrawal = Withdrawing(database, media, new_random_id)
        catalogue = [
            *Artists(database, new_random_id, self.withdrawal).endpoints(),
            *Albums(database, new_random_id).endpoints(),
            *Tracks(database, new_random_id, owner_of, self.withdrawal).endpoints(),
            *Similar(database).endpoints(),
            *Artwork(database, media, new_random_id).endpoints(),
        ]
        sessions = Sessions(database, authenticator, new_random_id, secrets.token_bytes)
        webhooks = WebhookEndpoints(database, new_random_id, may_be_private=bool(outward))
        of_each: Mapping[Room, Sequence[Endpoint]] = {
            Room.CATALOGUE: [*catalogue, *Follows(database).endpoints()],
            Room.LISTS: [each for each in catalogue if _is_public(each)],
            Room.ME: [
                *Accounts(database).endpoints(),
                *Leaving(database, belongings).endpoints(),
            ],
            Room.KEYS: ApiKeys(database, secrets.token_bytes).endpoints(),
            Room.SESSIONS: sessions.endpoints(),
            Room.ASSETS: [
                *Assets(database, media).endpoints(),
                *self._streams.endpoints(),
                *AssetChanges(database, media, new_random_id).endpoints(),
                *PlaybackIdEndpoints(database, media, new_random_id).endpoints(),
                *AssetQuality(database).endpoints(),
                *self.edge_log.endpoints(),
            ],
            Room.WEBHOOKS: [
                *webhooks.endpoints(),
                *DeliveryEndpoints(database, new_random_id).endpoints(),
            ],
            Room.PLAYS: self.playing.endpoints(),
            Room.PLAYBACK_TOKENS: ()
            if signing_key is None
            else PlaybackTokens(database, signing_key).endpoints(),
            Room.SEARCH: Searching(finding or Finding(database)).endpoints(),
            Room.UPLOADS: () if uploads is None else upload_endpoints(uploads),
        }
        self.endpoints: Sequence[Endpoint] = endpoints_of(of_each, rooms)
        self.described: Sequence[Endpoint] = endpoints_of(of_each, EVERYTHING)

    def add_routes(self, app: web.Application, responder: Responder) -> None:
        """Register the endpoints, and what describes them all, be they here or with other roles."""
        routes = Routes(
            self._admission,
            responder,
            self._idempotency,
            self._clients,
            self._clock,
            answers=self.answers,
        )
        routes.add(app, self.endpoints)
        app.on_response_prepare.append(self._cross_origin.put_on)
        app.on_shutdown.append(self._end_streams)
        if Room.SIGN_IN in self._rooms:
            add_pages(app, responder, self.described)
        if self._uploads is not None and Room.UPLOADS in self._rooms:
            app.on_response_prepare.append(marking(self._uploads.rules.size_bytes_max))

    async def _end_streams(self, _app: web.Application) -> None:
        await self._streams.close()


def _is_public(endpoint: "Endpoint") -> bool:
    """Tell whether anyone may ask that, and it changes nothing."""
    return endpoint.method == "GET" and endpoint.who == ANYONE
