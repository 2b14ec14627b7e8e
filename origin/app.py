"""Putting the origin together: which parts there are, and how long each of them lives.

A part is given what it needs and registers its own routes; nothing here decides anything about a
request. Stores are passed in, so that a test, ``soundbridge play`` and a server behind a CDN run
the same application.
"""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Final

from aiohttp import web

from cdn.steering.answer import SteeringRules
from origin.cache import record
from origin.cache.running import Tiers
from origin.defence import admission
from origin.delivery import cross_origin, problem
from origin.delivery.answer import Responder
from origin.delivery.audience import CDN_CHECKS_TOKENS, HAS_API
from origin.delivery.compression import Compressor
from origin.delivery.draining import Draining
from origin.delivery.handlers import Delivery
from origin.delivery.probes import STORE_TIMEOUT_S, Probes
from origin.delivery.reading import Doubts, Reader, no_doubt
from origin.delivery.reuse import HotAnswers
from origin.delivery.tokens import TokenRules, add_jwk_set
from origin.memory_shares import USUAL, MemoryShares
from origin.steering.country import CountryOf, country_by_cdn
from origin.steering.endpoint import Steering
from origin.stores.patience import WaningPatience
from origin.stores.reader import TIMEOUT_S, StoreReader
from origin.stores.several import StoresReader
from origin.telemetry.process import Telemetry
from origin.telemetry.tiers import FoundCounts, count_tiers
from origin.web import page
from origin.web.vitals import Vitals

if TYPE_CHECKING:
    from obstore.store import ObjectStore

    from origin.companion.composition import Companion

_MIDDLEWARES: Final = (
    record.middleware,
    problem.middleware,
    admission.middleware,
    cross_origin.middleware,
)


def create_app(
    *stores: "ObjectStore",
    store_timeout_s: float = TIMEOUT_S,
    purged: bool = False,
    tokens: TokenRules | None = None,
    cache: str | None = None,
    shares: MemoryShares = USUAL,
    answers: HotAnswers | None = None,
    reader: Reader | None = None,
    draining: Draining | None = None,
    telemetry: Telemetry | None = None,
    companion: "Companion | None" = None,
    delivers: bool = True,
    is_part: bool = False,
    steering: SteeringRules | None = None,
    country_of: CountryOf = country_by_cdn,
) -> web.Application:
    """Return the application that serves what one store holds, or several.

    Of several, the first is the one that is trusted most (``stores.homes``).

    ``purged`` says that a purger is configured, so that CDNs may keep entries for long; ``tokens``
    which playback tokens are good. ``cache`` is the URL of a Redis or Valkey server that several
    processes share; raises CacheUnusable where it is none. ``shares`` are those of its memory.
    ``answers`` are those of the hot path, and are told what leaves memory. ``reader`` reads in
    place of the tiers, and is the caller's to close. ``draining`` is how answers learn that the
    process comes to its end, and ``telemetry`` is told what happens. ``companion`` is the
    API beside what is delivered; one that ``delivers`` nothing is the API alone, without the page.
    What ``is_part`` of a whole has the rest of it under the same address: the API, too.
    ``steering`` says between which pathways players are steered; without it, they are not.
    ``country_of`` tells from where.
    """
    draining, telemetry = draining or Draining(), telemetry or Telemetry()
    app = web.Application(middlewares=(telemetry.middleware, *_MIDDLEWARES))
    found = FoundCounts(telemetry.metrics)
    app.on_response_prepare.extend(
        (cross_origin.add_headers, record.add_headers, draining.mark, found.note)
    )
    responder = Responder(Compressor(shares.compressed), purged=purged)
    if companion is not None:
        app[HAS_API] = True
        companion.add_routes(app, responder)
    probe_timeout_s = min(store_timeout_s, STORE_TIMEOUT_S)
    probed = [StoreReader(store, timeout_s=probe_timeout_s) for store in stores]
    # What delivers goes on while the database is away: its listeners have no use for that.
    database = None if companion is None or delivers else companion.database
    Probes(probed, draining, database).add_routes(app)
    if not delivers:
        return app
    doubts: Doubts = no_doubt
    tiers: Tiers | None = None
    if reader is None:
        answers = HotAnswers(shares.answers) if answers is None else answers
        store = _reader(stores, store_timeout_s, telemetry)
        tiers = Tiers(
            store,
            cache,
            store_s=store_timeout_s,
            memory_bytes=shares.objects,
            purged=purged,
            on_change=answers.forget,
        )
        answers.use_of = tiers.reader.held.memory.use_of
        count_tiers(telemetry.metrics, tiers)
        app.cleanup_ctx.append(_while_running(tiers))
        reader, doubts = tiers.reader, store.doubted_until_s
    steered = None if steering is None else Steering(steering, country_of)
    if steered is not None:
        steered.tell(telemetry.metrics)
        app.cleanup_ctx.append(steered.probing)
    delivery = Delivery(reader, responder, tokens, shares, doubts, steering=steered)
    if tiers is not None:
        tiers.reader.on_removed = delivery.removed
        if companion is not None and companion.answers is not None:
            companion.answers.on_removed(tiers.reader.changed)
    has_api = is_part or companion is not None
    delivery.add_routes(app, with_list=not has_api)  # the API has assets of its own
    if tokens is not None:
        app[CDN_CHECKS_TOKENS] = tokens.checked_by_cdn
        add_jwk_set(app, tokens.keys, responder)
    first_track = None if companion is None else companion.first_track.link
    page.add_routes(
        app,
        responder,
        with_api=has_api,
        first_track=first_track,
        elsewhere=() if steered is None else steered.origins,
    )
    Vitals(telemetry.metrics).add_route(app)
    return app


def _reader(
    stores: "Sequence[ObjectStore]", timeout_s: float, telemetry: Telemetry
) -> StoreReader | StoresReader:
    """Return what reads the stores; one alone is read as it is."""
    waning = WaningPatience(timeout_s, time.monotonic) if len(stores) == 1 else None
    readers = [
        StoreReader(
            store,
            timeout_s=timeout_s,
            patience=waning,
            measured=telemetry.reads_of_store(number),
        )
        for number, store in enumerate(stores, 1)
    ]
    return readers[0] if len(readers) == 1 else StoresReader(readers)


def _while_running(tiers: Tiers) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_app: web.Application) -> AsyncIterator[None]:
        async with tiers.running():
            yield

    return run
