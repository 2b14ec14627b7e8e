"""Serves what describes the API, and its own pages, under the policy of the player page.

The description of an API that many processes start with and few are asked for is made when it is
asked for first.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from functools import cache, partial
from importlib.metadata import version
from importlib.resources import files
from typing import Final

from aiohttp import web

from cdn.policy.object_class import ObjectClass
from origin.companion.api.endpoint import Endpoint
from origin.companion.api.openapi import document
from origin.companion.api.readable import Document, readable
from origin.delivery.address import JSON_TYPE, ObjectKind
from origin.delivery.answer import Resource, Responder
from origin.delivery.body import MemoryBody
from origin.web.page import SECURITY_HEADERS

HTML: Final = "text/html; charset=utf-8"
_FILES: Final = {
    "/sign-in": ("sign_in.html", HTML),
    "/companion/sign_in.js": ("sign_in.js", "text/javascript; charset=utf-8"),
    "/companion/page.css": ("page.css", "text/css; charset=utf-8"),
}


def add_pages(app: web.Application, responder: Responder, endpoints: Sequence[Endpoint]) -> None:
    """Add the OpenAPI document of endpoints, it as a page, and where one signs in."""

    @cache
    def described() -> Document:
        return document(endpoints, version=version("soundbridge"))

    @cache
    def openapi() -> Resource:
        content = json.dumps(described(), separators=(",", ":")).encode()
        kind = ObjectKind(ObjectClass.PUBLIC_API, JSON_TYPE)
        return Resource(kind, hashlib.sha256(content).hexdigest(), MemoryBody(content))

    async def answer(request: web.Request) -> web.Response:
        return await responder.answer(request, openapi())

    app.router.add_get("/openapi.json", answer)
    for path, (name, media_type) in _FILES.items():
        app.router.add_get(path, _answering(partial(_file, name, media_type), responder))

    @cache
    def docs() -> Resource:
        return _resource(readable(described()), HTML)

    app.router.add_get("/docs", _answering(docs, responder))


@cache
def _file(name: str, media_type: str) -> Resource:
    return _resource((files("origin.companion.pages") / name).read_bytes(), media_type)


def _resource(content: bytes, media_type: str) -> Resource:
    kind = ObjectKind(ObjectClass.PAGE, media_type)
    return Resource(kind, hashlib.sha256(content).hexdigest(), MemoryBody(content))


def _answering(
    resource: Callable[[], Resource], responder: Responder
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        response = await responder.answer(request, resource())
        response.headers.update(SECURITY_HEADERS)
        return response

    return answer
