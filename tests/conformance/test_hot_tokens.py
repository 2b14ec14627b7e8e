"""The hot path under playback tokens: what a token opens is given again, and to nobody else."""

import time

from aiohttp import web
from obstore.store import MemoryStore

from cdn.policy.object_class import ObjectClass
from cdn.signing.keys import Algorithm, new_signing_key
from cdn.signing.token import KeyRing, sign
from origin.cache import record
from origin.cache.running import Tiers
from origin.delivery import problem
from origin.delivery.address import ObjectKind
from origin.delivery.answer import Resource, Responder
from origin.delivery.body import MemoryBody
from origin.delivery.compression import Compressor
from origin.delivery.published import Published
from origin.delivery.tokens import TokenGate, TokenRules
from origin.stores.reader import StoreReader
from tests.conformance.both_paths import both_paths
from tests.sources.published import publish

KEY = new_signing_key(Algorithm.ES256)
RING = KeyRing([KEY.public])


def token_for(playback_id: str, valid_for_s: float = 3600) -> str:
    return sign(playback_id, KEY, now_s=time.time(), valid_for_s=valid_for_s)


FIRST, EXPIRED = token_for("first-light"), token_for("first-light", -1)


def hot_app(rules: TokenRules) -> web.Application:
    """Answers that may be given again, behind tokens."""
    store = MemoryStore()
    publish(store)
    publish(store, "second-light")
    responder = Responder(Compressor(), purged=False)

    async def answer(request: web.Request) -> web.Response:
        content = request.match_info["asset_id"].encode()
        kind = ObjectKind(ObjectClass.SEGMENT, "audio/mp4")
        resource = Resource(kind, "0" * 64, MemoryBody(content))
        return await responder.answer(request, resource)

    gate = TokenGate(Published(Tiers(StoreReader(store)).reader), rules)
    app = web.Application(middlewares=[record.middleware, problem.middleware])
    app.add_routes(gate.routes("/media/{asset_id}/{name}", answer))
    return app


def request_for(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


async def test_the_hot_path_gives_again_what_a_token_opens_and_nothing_else() -> None:
    rules = TokenRules(RING)
    first, also = f"/t/{FIRST}/media/first-light-asset/x", token_for("first-light", 1800)
    async with both_paths(hot_app(rules), rules.verified) as paths:
        for asked in (
            [first, first, first],
            [f"{first}?CMCD=bl%3D100", f"{first}?CMCD=bl%3D200"],
            [first.replace(FIRST, also)] * 3,
        ):
            plain, hot = await paths.answers_in_turn(*map(request_for, asked))
            assert plain == hot
            assert plain.count(b"HTTP/1.1 200") == len(asked)
            assert plain.count(b"Cache-Control: private, max-age=31536000") == len(asked)
        assert paths.hot.given == 1 + 2 + 2
        for refused in (
            first.replace(FIRST, "a.b.c"),
            first.replace(FIRST, "-"),
            first.replace(FIRST, token_for("second-light")),
            first.replace(FIRST, EXPIRED),
        ):
            given = paths.hot.given
            plain, hot = await paths.answers_in_turn(request_for(refused))
            assert plain == hot
            assert plain.startswith((b"HTTP/1.1 401 ", b"HTTP/1.1 403 "))
            assert paths.hot.given == given
        open_to_all = request_for("/media/first-light-asset/x")
        plain, hot = await paths.answers_in_turn(open_to_all, open_to_all)
        assert plain == hot
        assert b"private" not in plain


async def test_the_hot_path_gives_nothing_without_a_token_that_needs_one() -> None:
    rules = TokenRules(RING, required=True)
    path = "/media/first-light-asset/x"
    async with both_paths(hot_app(rules), rules.verified) as paths:
        given = [request_for(f"/t/{FIRST}{path}")] * 3
        await paths.answers_in_turn(*given)
        assert paths.hot.given == 1
        plain, hot = await paths.answers_in_turn(request_for(path))
        assert plain == hot
        assert plain.startswith(b"HTTP/1.1 401")


async def test_the_hot_path_forgets_a_token_at_its_end() -> None:
    rules = TokenRules(RING)
    async with both_paths(hot_app(rules), rules.verified) as paths:
        request = request_for(f"/t/{FIRST}/media/first-light-asset/x")
        await paths.answers_in_turn(request, request, request)
        assert paths.hot.given == 1
        known = rules.verified.find(FIRST.encode(), 0)
        assert known is not None
        known.expires_at_s = time.time()
        await paths.answers_in_turn(request)
        assert paths.hot.given == 1
