"""Serves the API's own pages, under the policy of the player page."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files
from typing import Final

from aiohttp import web

from cdn.policy import ObjectClass
from origin.delivery.address import ObjectKind
from origin.delivery.answer import Resource, Responder
from origin.delivery.body import MemoryBody
from origin.web.page import SECURITY_HEADERS

HTML: Final = "text/html; charset=utf-8"
_FILES: Final = {
    "/sign-in": ("sign_in.html", HTML),
    "/companion/sign_in.js": ("sign_in.js", "text/javascript; charset=utf-8"),
    "/companion/page.css": ("page.css", "text/css; charset=utf-8"),
}


def add_pages(app: web.Application, responder: Responder, docs: bytes) -> None:
    """Add them; ``docs`` is the page of what the API is."""
    folder = files("origin.companion.pages")
    pages = {
        path: _resource((folder / name).read_bytes(), media_type)
        for path, (name, media_type) in _FILES.items()
    }
    pages["/docs"] = _resource(docs, HTML)
    for path in pages:
        app.router.add_get(path, _answering(pages, responder))


def _resource(content: bytes, media_type: str) -> Resource:
    kind = ObjectKind(ObjectClass.PAGE, media_type)
    return Resource(kind, hashlib.sha256(content).hexdigest(), MemoryBody(content))


def _answering(
    pages: Mapping[str, Resource], responder: Responder
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        response = await responder.answer(request, pages[request.path])
        response.headers.update(SECURITY_HEADERS)
        return response

    return answer
