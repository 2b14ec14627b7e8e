"""Putting the origin together: which parts there are, and how long each of them lives.

A part is given what it needs and registers its own routes; nothing here decides anything about a
request. A store is passed in, so that a test, ``soundbridge play`` and a server behind a CDN run
the same application.
"""

from typing import TYPE_CHECKING, Final

from aiohttp import web

from origin.defence import admission
from origin.delivery import cross_origin, problem
from origin.delivery.answer import Responder
from origin.delivery.compression import Compressor
from origin.delivery.draining import Draining
from origin.delivery.handlers import Delivery
from origin.delivery.probes import STORE_TIMEOUT_S, Probes
from origin.delivery.reading import StoreReader
from origin.delivery.tokens import TokenRules, add_jwk_set
from origin.telemetry.process import Telemetry
from origin.web import page

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_MIDDLEWARES: Final = (problem.middleware, admission.middleware, cross_origin.middleware)


def create_app(
    store: "ObjectStore",
    *,
    store_timeout_s: float = 10.0,
    purged: bool = False,
    tokens: TokenRules | None = None,
    draining: Draining | None = None,
    telemetry: Telemetry | None = None,
) -> web.Application:
    """Return the application that serves what ``store`` holds.

    ``purged`` says that a purger is configured, so that CDNs may keep entries for long; ``tokens``
    which playback tokens are good; ``draining`` is how answers learn that the process comes to its
    end, and ``telemetry`` is told what happens.
    """
    draining, telemetry = draining or Draining(), telemetry or Telemetry()
    app = web.Application(middlewares=(telemetry.middleware, *_MIDDLEWARES))
    app.on_response_prepare.extend((cross_origin.add_headers, draining.mark))
    responder = Responder(Compressor(), purged=purged)
    measured = telemetry.store_read
    reader = StoreReader(store, timeout_s=store_timeout_s, measured=measured)
    Delivery(reader, responder, tokens).add_routes(app)
    if tokens is not None:
        add_jwk_set(app, tokens.keys, responder)
    probe_timeout_s = min(store_timeout_s, STORE_TIMEOUT_S)
    Probes(StoreReader(store, timeout_s=probe_timeout_s), draining).add_routes(app)
    page.add_routes(app, responder)
    return app
