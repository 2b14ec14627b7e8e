"""Serves the player page at ``/`` and the files it asks for below ``/assets/``.

The build hook left them in ``dist/``. They are few, small and the same for as long as a process
runs, so they are read once and served from memory. Names below ``assets/`` hold a hash of their
content: they may be cached for ever, the page itself not at all.
"""

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from aiohttp import web

from cdn.policy import ObjectClass
from origin.delivery.address import ObjectKind
from origin.delivery.answer import Resource, Responder
from origin.delivery.body import MemoryBody
from origin.delivery.errors import NotFound

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self' blob:; "  # Media Source Extensions hand audio over as a blob URL
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"  # no text ever becomes markup
)
_UNUSED_FEATURES: Final = (
    *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope"),
    *("magnetometer", "microphone", "midi", "payment", "usb", "xr-spatial-tracking"),
)

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED_FEATURES),
    "Referrer-Policy": "same-origin",
}
_MEDIA_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}


class PageMissing(Exception):
    """The page's bundle is not where installing the package should have put it."""


def read_page(dist: Traversable) -> dict[str, Resource]:
    """Read the bundle, by URL path; PageMissing where there is none."""
    try:
        page = {"/": _read(dist / "index.html", ObjectClass.PAGE)}
        for path in (dist / "assets").iterdir():
            page[f"/assets/{path.name}"] = _read(path, ObjectClass.PAGE_ASSET)
    except FileNotFoundError as error:
        raise PageMissing(
            "The player page has not been bundled. Installing the package bundles it:"
            " `pip install -e .` in a checkout of the repository."
        ) from error
    return page


def _read(path: Traversable, object_class: ObjectClass) -> Resource:
    content = path.read_bytes()
    kind = ObjectKind(object_class, _MEDIA_TYPES[path.name.rpartition(".")[2]])
    digest = hashlib.sha256(content).hexdigest()
    return Resource(kind, digest, MemoryBody(content))


def add_routes(app: web.Application, responder: Responder) -> None:
    """Add the page and its files to ``app``; PageMissing where the installation left them out."""
    page = read_page(files("origin.web") / "dist")

    async def answer(request: web.Request) -> web.Response:
        resource = page.get(request.path)
        if resource is None:
            raise NotFound("There is nothing at this address.")
        response = await responder.answer(request, resource)
        response.headers.update(SECURITY_HEADERS)
        return response

    app.router.add_get("/", answer)
    app.router.add_get("/assets/{name}", answer)
