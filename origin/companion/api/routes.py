"""From endpoints to routes of aiohttp: who asks, whether they may, what they say, the answer."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from cdn.policy import Audience, ObjectClass, policy_for
from manifests.layout import ID_PATTERN
from origin.companion.api.endpoint import Answer, Call, Endpoint
from origin.companion.api.models import NoBody
from origin.companion.api.preconditions import tag_text
from origin.companion.api.reading import read_body, read_query
from origin.companion.identity.principal import Principal
from origin.delivery.address import JSON_TYPE, ObjectKind
from origin.delivery.answer import Resource, Responder
from origin.delivery.body import MemoryBody
from origin.delivery.entity_tag import EntityTag
from origin.delivery.errors import Forbidden, Unauthenticated
from origin.telemetry.requests import OBJECT_CLASS

Authenticate = Callable[[web.Request], Awaitable[Principal | None]]
"""Tells who asks; None for nobody known. Raises CredentialsInvalid where what is shown is bad."""

_VARIES: Final = "Authorization, Cookie"
"""Who asks can change what is public, too: what is private is there for its owner."""

_PUBLIC: Final = ObjectKind(ObjectClass.PUBLIC_API, JSON_TYPE)
_PRIVATE: Final = ObjectKind(ObjectClass.PRIVATE, JSON_TYPE)


class Routes:
    """Answers requests to endpoints; ``clock`` tells seconds since the epoch."""

    def __init__(
        self,
        authenticate: Authenticate,
        responder: Responder,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._authenticate = authenticate
        self._responder = responder
        self._clock = clock

    def add(self, app: web.Application, endpoints: Iterable[Endpoint]) -> None:
        """Register endpoints."""
        for endpoint in endpoints:
            path = endpoint.path.replace("_id}", f"_id:{ID_PATTERN}}}")
            app.router.add_route(endpoint.method, path, self._handler(endpoint))
            if endpoint.method == hdrs.METH_GET and not endpoint.streams:
                app.router.add_route(hdrs.METH_HEAD, path, self._handler(endpoint))

    def _handler(
        self, endpoint: Endpoint
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            principal = await self._authenticate(request)
            check_who(endpoint, principal)
            query = read_query(request, endpoint.query)
            body = (
                NoBody()
                if endpoint.streams
                else await read_body(request, endpoint.body, endpoint.body_bytes_max)
            )
            call = Call(request, principal, request.match_info, query, body, self._clock())
            answer = await endpoint.handle(call)
            if isinstance(answer, web.StreamResponse):
                return answer
            return await self._respond(request, principal, answer)

        return handle

    async def _respond(
        self, request: web.Request, principal: Principal | None, answer: Answer
    ) -> web.Response:
        content = b"" if answer.content is None else answer.content.model_dump_json().encode()
        if request.method in {hdrs.METH_GET, hdrs.METH_HEAD} and answer.status == HTTPStatus.OK:
            kind = _PUBLIC if principal is None else _PRIVATE
            tag = tag_text(answer.version, hashlib.sha256(content).hexdigest())
            resource = Resource(kind, tag, MemoryBody(content), takes_query=True)
            response = await self._responder.answer(request, resource)
            response.headers[hdrs.VARY] = ", ".join(
                filter(None, (response.headers.get(hdrs.VARY), _VARIES))
            )
        else:
            policy = policy_for(ObjectClass.PRIVATE, audience=Audience.ONE)
            response = web.Response(status=answer.status, headers=policy.headers)
            if answer.content is not None:
                response.body = content
                response.headers[hdrs.CONTENT_TYPE] = JSON_TYPE
                if answer.version is not None:  # what is sent is what a GET gives from now on
                    tag = tag_text(answer.version, hashlib.sha256(content).hexdigest())
                    response.headers[hdrs.ETAG] = str(EntityTag(tag))
            response[OBJECT_CLASS] = ObjectClass.PRIVATE
        response.headers.update(answer.headers)
        return response


def check_who(endpoint: Endpoint, principal: Principal | None) -> None:
    """Raise Unauthenticated or Forbidden where the endpoint is not for who asks."""
    who = endpoint.who
    if who.role is None:
        return
    if principal is None:
        raise Unauthenticated("Say who you are: with a key, a token, or by signing in.")
    if principal.role < who.role:
        raise Forbidden(f"This is for users who are {who.role.name.lower()}s.")
    if who.scope is not None and who.scope not in principal.scopes:
        raise Forbidden(f"What you show is not good for {who.scope!r}; make a key that is.")
