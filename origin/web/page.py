"""Serves the player page at ``/`` and the files it asks for below ``/assets/``.

The build hook left them in ``dist/``, each with its gzip beside it. They are few, small and the
same for as long as a process runs, so they are read once and served from memory. Names below
``assets/`` hold a hash of their content: they may be cached for ever, the page itself not at all.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from aiohttp import hdrs, web

from cdn.policy import ObjectClass, policy_for
from origin.delivery.conditional import Conditions, Validators, Verdict, evaluate
from origin.delivery.encoding import Coding, negotiate
from origin.delivery.entity_tag import EntityTag

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self' blob:; "  # Media Source Extensions hand audio over as a blob URL
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

_MEDIA_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}
_SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
}
_OFFERED: Final = (Coding.GZIP, Coding.IDENTITY)


class PageMissing(Exception):
    """The page's bundle is not where the installation should have put it."""


@dataclass(frozen=True, slots=True)
class Body:
    """A file's bytes in one content coding, with their strong validator."""

    content: bytes
    etag: EntityTag

    @classmethod
    def read(cls, path: Traversable) -> "Body":
        """Read one file of the bundle."""
        content = path.read_bytes()
        return cls(content, EntityTag(hashlib.sha256(content).hexdigest()))


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page, as it is and compressed."""

    media_type: str
    object_class: ObjectClass
    bodies: Mapping[Coding, Body]

    @classmethod
    def read(cls, folder: Traversable, name: str, object_class: ObjectClass) -> "PageFile":
        """Read a file and its gzip; the type follows from the extension."""
        bodies = {
            Coding.IDENTITY: Body.read(folder / name),
            Coding.GZIP: Body.read(folder / f"{name}.gz"),
        }
        return cls(_MEDIA_TYPES[name.rpartition(".")[2]], object_class, bodies)

    def answer(self, request: web.Request) -> web.Response:
        """Answer a GET or HEAD."""
        accepted = request.headers.get(hdrs.ACCEPT_ENCODING)
        coding = negotiate(accepted, _OFFERED) or Coding.IDENTITY
        body = self.bodies[coding]
        headers = {
            **policy_for(self.object_class).headers,
            **_SECURITY_HEADERS,
            hdrs.ETAG: str(body.etag),
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
        }
        conditions = Conditions(
            if_match=request.headers.get(hdrs.IF_MATCH),
            if_none_match=request.headers.get(hdrs.IF_NONE_MATCH),
        )
        verdict = evaluate(conditions, Validators(body.etag), datetime.now(UTC))
        if verdict is Verdict.PRECONDITION_FAILED:
            raise web.HTTPPreconditionFailed
        if verdict is Verdict.NOT_MODIFIED:
            return web.Response(status=304, headers=headers)
        headers[hdrs.CONTENT_TYPE] = self.media_type
        if coding is not Coding.IDENTITY:
            headers[hdrs.CONTENT_ENCODING] = coding
        return web.Response(body=body.content, headers=headers)


def read_page(dist: Traversable) -> dict[str, PageFile]:
    """Read the bundle by URL path; PageMissing where there is none."""
    try:
        assets = dist / "assets"
        names = [path.name for path in assets.iterdir() if not path.name.endswith(".gz")]
        return {"/": PageFile.read(dist, "index.html", ObjectClass.PAGE)} | {
            f"/assets/{name}": PageFile.read(assets, name, ObjectClass.PAGE_ASSET) for name in names
        }
    except FileNotFoundError as error:
        raise PageMissing(
            "The player page has not been bundled. Installing the package bundles it:"
            " `pip install -e .` in a checkout of the repository."
        ) from error


def add_routes(app: web.Application) -> None:
    """Add the page and its files to ``app``; PageMissing where the installation left them out."""
    page = read_page(files("origin.web") / "dist")

    async def answer(request: web.Request) -> web.Response:
        found = page.get(request.path)
        if found is None:
            raise web.HTTPNotFound
        return found.answer(request)

    app.router.add_get("/", answer)
    app.router.add_get("/assets/{name}", answer)
