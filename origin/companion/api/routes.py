"""From endpoints to routes of aiohttp: who asks, whether they may, what they say, the answer."""

import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs, web
from pydantic import BaseModel

from cdn.policy.cache_control import Audience, policy_for
from cdn.policy.object_class import ObjectClass
from cdn.tags import named_tags
from manifests.layout import ID_PATTERN
from origin.companion.alongside import Alongside, alongside
from origin.companion.api.admission import Admission, put_use
from origin.companion.api.endpoint import ANYONE, Answer, Call, Endpoint
from origin.companion.api.idempotency import (
    Idempotency,
    fingerprint_of,
    key_of,
    takes_idempotency_key,
)
from origin.companion.api.idempotency_rows import Asked
from origin.companion.api.models import NoBody
from origin.companion.api.preconditions import changes_state, is_read, looks, require_state
from origin.companion.api.reading import read_body, read_query, require_whole
from origin.companion.api.said import Said
from origin.companion.caching.answers import Answers
from origin.companion.caching.heard import Heard
from origin.companion.caching.vouching import Vouching
from origin.companion.identity.audit import Deed
from origin.companion.identity.client import Clients
from origin.companion.identity.forgery import changes_things
from origin.companion.identity.principal import Means, Principal
from origin.companion.identity.standing import KnownToTheEnd, StillKnown
from origin.companion.identity.told import Told
from origin.delivery.address import JSON_TYPE, ObjectKind
from origin.delivery.answer import Resource, Responder
from origin.delivery.audience import VARIES_BY_CREDENTIALS
from origin.delivery.body import MemoryBody
from origin.delivery.errors import Forbidden, NotFound, Unauthenticated
from origin.delivery.live import VOUCHER
from origin.telemetry.requests import OBJECT_CLASS

_PUBLIC: Final = ObjectKind(ObjectClass.PUBLIC_API, JSON_TYPE)
_PRIVATE: Final = ObjectKind(ObjectClass.PRIVATE, JSON_TYPE)


class Routes:
    """Answers requests to endpoints; ``clock`` tells seconds since the epoch."""

    def __init__(
        self,
        admission: Admission,
        responder: Responder,
        idempotency: Idempotency,
        clients: Clients,
        clock: Callable[[], float] = time.time,
        *,
        answers: Answers | None = None,
    ) -> None:
        self._admission = admission
        self._responder = responder
        self._idempotency = idempotency
        self._clients = clients
        self._clock = clock
        self._answers = answers
        self._kept: dict[str, Endpoint] = {}
        self._read_by: dict[str, Endpoint] = {}

    def add(self, app: web.Application, endpoints: Iterable[Endpoint]) -> None:
        """Register endpoints."""
        endpoints = list(endpoints)
        paths = frozenset(endpoint.path for endpoint in endpoints)
        self._read_by |= {each.path: each for each in endpoints if is_read(each)}
        for endpoint in endpoints:
            if endpoint.kept is not None:
                self._kept[endpoint.path] = endpoint
            path = pattern_of(endpoint.path, paths)
            app.router.add_route(endpoint.method, path, self._handler(endpoint))
            if endpoint.method == hdrs.METH_GET:
                app.router.add_route(hdrs.METH_HEAD, path, self._handler(endpoint))
        app.on_response_prepare.append(put_use)

    def _handler(
        self, endpoint: Endpoint
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            now_s = self._clock()
            is_for_anyone = endpoint.who == ANYONE
            principal = await self._admission.admit(request, now_s, is_for_anyone=is_for_anyone)
            check_who(endpoint, principal)
            if (
                self._answers is not None
                and endpoint.kept is not None
                and principal is None
                and not request.can_read_body  # which would have to be read, and found wrong
            ):
                said = await self._answers.said(endpoint, endpoint.kept, request, now_s)
                response = await self._respond(request, None, said)
                key = self._answers.key(endpoint, request)
                response[VOUCHER] = Vouching(
                    self._answers, self._admission, key, endpoint.kept, said
                )
                return response
            query = read_query(request, endpoint.query)
            require_whole(request)
            body = (
                NoBody()
                if endpoint.streams or endpoint.takes_bytes
                else await read_body(
                    request, endpoint.body, endpoint.body_bytes_max, endpoint.body_types
                )
            )
            if endpoint.streams and request.method == hdrs.METH_HEAD != endpoint.method:
                return _head_of(endpoint)
            network = self._clients.network_of(request) if changes_things(request.method) else ""
            call = Call(request, principal, request.match_info, query, body, now_s, network)
            await self._require_state(endpoint, call)
            answer = await self._done(endpoint, call)
            if isinstance(answer, web.StreamResponse):
                return answer
            return await self._respond(request, principal, answer)

        return handle

    async def _require_state(self, endpoint: Endpoint, call: Call[Any, BaseModel]) -> None:
        """Hold a change's conditions against what a GET would give now."""
        there = self._read_by.get(endpoint.path)
        if there is None or not changes_state(endpoint) or not looks(call.request):
            return
        reading = replace(call, query=there.query(), body=NoBody())
        try:
            answer = await there.handle(reading)
        except NotFound:  # or theirs to change, by what is not good for reading
            answer = await there.handle(replace(reading, weighs=True))
        if isinstance(answer, Answer):
            require_state(call.request, Said.of(answer).tag, answer.version)

    async def _done(
        self, endpoint: Endpoint, call: Call[Any, BaseModel]
    ) -> Said | web.StreamResponse:
        """Let an endpoint handle a call, and know what that has changed before it is answered."""
        if self._answers is None or not changes_things(endpoint.method):
            return await self._handled(endpoint, call)
        heard = Heard()
        try:
            return await self._handled(endpoint, call, heard)
        finally:
            if heard.is_told:
                await self._answers.told()
                kept = self._kept.get(endpoint.path)
                if kept is not None and kept.kept is not None:
                    self._answers.write_through(kept, kept.kept, call.request, call.now_s)

    async def _handled(
        self, endpoint: Endpoint, call: Call[Any, BaseModel], *heard: Alongside
    ) -> Said | web.StreamResponse:
        """Let an endpoint handle a call: a POST with a key once, what a user changes told."""
        principal, told, known = call.principal, _told(endpoint, call), self._known(endpoint, call)
        if principal is None or endpoint.streams or not changes_things(endpoint.method):
            with alongside(*known, *told, *heard):
                answer = await endpoint.handle(call)
            return answer if isinstance(answer, web.StreamResponse) else Said.of(answer)

        async def work(*parts: Alongside) -> Said:
            with alongside(*known, *parts, *told, *heard):
                answer = await endpoint.handle(call)
            if isinstance(answer, web.StreamResponse):
                raise TypeError(f"{endpoint.name} streams, and does not say so")
            return Said.of(answer).with_tag()

        key = key_of(call.request) if takes_idempotency_key(endpoint) else None
        if key is None:
            return await work()
        fingerprint = fingerprint_of(call.request, call.body.model_dump_json())
        asked = Asked(principal.user_id, key, fingerprint)
        is_kept = not endpoint.gives_secret
        return await self._idempotency.once(asked, work, now_s=call.now_s, is_kept=is_kept)

    def _known(self, endpoint: Endpoint, call: Call[Any, Any]) -> tuple[StillKnown, ...]:
        """Return what has a user's change made only if they are known when their body has come.

        A file may take hours, for which no provider gives a token: that may end meanwhile.
        """
        principal = call.principal
        if principal is None or endpoint.who.role is None or not changes_things(endpoint.method):
            return ()
        if not endpoint.streams:
            return (StillKnown(principal, self._clock),)
        is_token = principal.means is Means.TOKEN
        return (KnownToTheEnd(principal, (lambda: call.now_s) if is_token else self._clock),)

    async def _respond(
        self, request: web.Request, principal: Principal | None, said: Said
    ) -> web.Response:
        content = said.content or b""
        if request.method in {hdrs.METH_GET, hdrs.METH_HEAD} and said.status == HTTPStatus.OK:
            kind = _PUBLIC if principal is None else _PRIVATE
            tags = named_tags(request.match_info) if principal is None else ()
            body = MemoryBody(content)
            resource = Resource(kind, said.tag, body, named=tags, takes_query=True)
            response = await self._responder.answer(request, resource)
            response.headers[hdrs.VARY] = ", ".join(
                filter(None, (response.headers.get(hdrs.VARY), VARIES_BY_CREDENTIALS))
            )
        else:
            policy = policy_for(ObjectClass.PRIVATE, audience=Audience.ONE)
            response = web.Response(status=said.status, headers=policy.headers)
            if said.content is not None:
                response.body = content
                response.headers[hdrs.CONTENT_TYPE] = JSON_TYPE
            response[OBJECT_CLASS] = ObjectClass.PRIVATE
        response.headers.update(said.headers)
        return response


def _head_of(endpoint: Endpoint) -> web.Response:
    """Return what is said of a stream to who does not want it (RFC 9110 §9.3.2)."""
    policy = policy_for(ObjectClass.PRIVATE, audience=Audience.ONE)
    response = web.Response(headers=policy.headers)
    response.headers[hdrs.CONTENT_TYPE] = next(iter(endpoint.gives_types), JSON_TYPE)
    response[OBJECT_CLASS] = ObjectClass.PRIVATE
    return response


def pattern_of(path: str, paths: Collection[str]) -> str:
    """Return a path as aiohttp takes it, whose ids are none of the words that others have there.

    So what is at a word allows its own methods alone (`/v1/assets/events` is no asset).
    """
    parts, others = path.split("/"), [each.split("/") for each in paths]
    return "/".join(
        _id_but(part, _words_at(others, parts[:place])) if part.startswith("{") else part
        for place, part in enumerate(parts)
    )


def _words_at(paths: Iterable[list[str]], before: list[str]) -> list[str]:
    """Return what stands in paths behind a beginning, and is no id."""
    place = len(before)
    there = {each[place] for each in paths if each[:place] == before and len(each) > place}
    return sorted(each for each in there if not each.startswith("{"))


def _id_but(part: str, words: list[str]) -> str:
    no_word = f"(?!(?:{'|'.join(words)})(?:/|$))" if words else ""
    return f"{part[:-1]}:{no_word}{ID_PATTERN}}}"


def _told(endpoint: Endpoint, call: Call[Any, Any]) -> tuple[Told, ...]:
    """Return the deed of a user who changes something, if it is one."""
    principal = call.principal
    if principal is None or endpoint.who.role is None or not changes_things(endpoint.method):
        return ()
    ids = list(call.ids.values())
    means, credential = principal.means, principal.credential_id
    about = ids[-1] if ids else ""
    deed = Deed(principal.user_id, endpoint.name, about, means, credential, call.network)
    return (Told(deed, call.now_s, waits=endpoint.is_piecemeal),)


def check_who(endpoint: Endpoint, principal: Principal | None) -> None:
    """Raise Unauthenticated or Forbidden where the endpoint is not for who asks."""
    who = endpoint.who
    if who.role is None:
        return
    if principal is None:
        raise Unauthenticated("Say who you are: with a key, a token, or by signing in.")
    if principal.role < who.role:
        raise Forbidden(f"This is for users who are {who.role.name.lower()}s.")
    for scope in (who.scope, who.also):
        if scope is not None and scope not in principal.scopes:
            raise Forbidden(f"What you show is not good for `{scope}`; make a key that is.")
