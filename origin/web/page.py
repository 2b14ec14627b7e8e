"""Serves the page at ``/``, creators' at ``/upload`` and ``/mine``, their files below ``/assets/``.

At ``/sw.js`` is the service worker that keeps the shell of them; ``/favicon.ico`` is for pages that
name no icon. The build hook left all of it in ``dist/``. It is little, and the same for as long as
a process runs, so it is read once and served from memory. Names below ``assets/`` hold a hash of
their content: they may be cached for ever, the rest not at all. The build compressed them, too,
with the time that nobody has who waits.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from aiohttp import web

from cdn.policy.coding import Coding
from cdn.policy.object_class import ObjectClass
from origin.delivery.address import ObjectKind
from origin.delivery.answer import Encoded, Resource, Responder
from origin.delivery.body import MemoryBody
from origin.delivery.errors import NotFound

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "worker-src 'self'; "
    "media-src 'self' blob:; "  # Media Source Extensions hand audio over as a blob URL
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "require-trusted-types-for 'script'; "  # no text ever becomes markup,
    "trusted-types soundbridge-worker"  # and one address a worker: that of the shell's
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
    "txt": "text/plain; charset=utf-8",
}


class PageMissing(Exception):
    """The page's bundle is not where installing the package should have put it."""


_LIST: Final = b'<link rel="preload" as="fetch" crossorigin href="v1/tracks?limit=30">'
"""What listeners' page asks first (``browse.js``), so that it comes beside the code that asks."""
_CODED: Final = {".br": Coding.BROTLI, ".gz": Coding.GZIP}
_API_PAGES: Final = ("/upload", "/mine")
_WORKER: Final = "/sw.js"
_ICON: Final = "/favicon.ico"


def read_page(
    dist: Traversable, *, with_api: bool = False, with_pathways: bool = False
) -> dict[str, Resource]:
    """Read the bundle, by URL path; PageMissing where there is none.

    ``with_api`` has the page say that there is an API, so that no browser has to try, and has the
    pages of creators, which are the same but for what they load at once. ``with_pathways`` has it
    say that what plays may come from elsewhere.
    """
    says = " data-pathways" if with_pathways else ""
    try:
        page = {
            "/": _document(dist, "index.html", says, _LIST, with_api=with_api),
            _WORKER: _worker(dist, with_api=with_api),
        }
        if with_api:
            creators = _document(dist, "creators.html", says, with_api=True)
            page |= dict.fromkeys(_API_PAGES, creators)
        assets = {path.name: path.read_bytes() for path in (dist / "assets").iterdir()}
    except FileNotFoundError as error:
        raise PageMissing(
            "The player page has not been bundled. Installing the package bundles it:"
            " `pip install -e .` in a checkout of the repository."
        ) from error
    (icon,) = (name for name in assets if name.startswith("icon-") and not _is_coded(name))
    page[_ICON] = _resource(icon, assets[icon], ObjectClass.PAGE)
    page |= {f"/assets/{name}": _asset(name, assets) for name in assets if not _is_coded(name)}
    return page


@cache
def _ours(*, with_api: bool, with_pathways: bool) -> Mapping[str, Resource]:
    dist = files("origin.web") / "dist"
    return read_page(dist, with_api=with_api, with_pathways=with_pathways)


def _is_coded(name: str) -> bool:
    return name.endswith(tuple(_CODED))


def _asset(name: str, assets: Mapping[str, bytes]) -> Resource:
    plain = _resource(name, assets[name], ObjectClass.PAGE_ASSET)
    encoded = {
        coding: Encoded(MemoryBody(content), f"{sha256(content).hexdigest()}-{coding}")
        for suffix, coding in _CODED.items()
        if (content := assets.get(name + suffix)) is not None
    }
    return replace(plain, encoded=encoded)


def _document(
    dist: Traversable, name: str, says: str, asks: bytes = b"", *, with_api: bool
) -> Resource:
    """Return a page that ``says`` something; with the API that, too, and ``asks`` in its head."""
    said = f"<html{' data-api' if with_api else ''}{says} ".encode()
    content = (dist / name).read_bytes().replace(b"<html ", said, 1)
    if with_api:
        content = content.replace(b"</head>", asks + b"</head>", 1)
    return _resource(name, content, ObjectClass.PAGE)


def _worker(dist: Traversable, *, with_api: bool) -> Resource:
    """Return the service worker: another one with the API, as the page is that it keeps."""
    said = b"self.HAS_API=true;" if with_api else b""
    return _resource("sw.js", said + (dist / "sw.js").read_bytes(), ObjectClass.PAGE)


def _resource(name: str, content: bytes, object_class: ObjectClass) -> Resource:
    kind = ObjectKind(object_class, _MEDIA_TYPES[name.rpartition(".")[2]])
    return Resource(kind, sha256(content).hexdigest(), MemoryBody(content))


def _security_headers(elsewhere: Sequence[str]) -> Mapping[str, str]:
    if not elsewhere:
        return SECURITY_HEADERS
    own = "connect-src 'self'"
    policy = CONTENT_SECURITY_POLICY.replace(own, " ".join((own, *elsewhere)))
    return {**SECURITY_HEADERS, "Content-Security-Policy": policy}


def add_routes(
    app: web.Application,
    responder: Responder,
    *,
    with_api: bool = False,
    first_track: Callable[[], Awaitable[str | None]] | None = None,
    elsewhere: Sequence[str] = (),
) -> None:
    """Add the page and its files to ``app``; PageMissing where the installation left them out.

    ``first_track`` returns the ``Link`` to what the page shows that is to open no certain track.
    ``elsewhere`` are origins from which the page may load, beside its own.
    """
    security = _security_headers(elsewhere)
    page = dict(_ours(with_api=with_api, with_pathways=bool(elsewhere)))
    page["/"] = replace(page["/"], takes_query=first_track is not None)

    async def answer(request: web.Request) -> web.Response:
        resource = page.get(request.path)
        if resource is None:
            raise NotFound("There is nothing at this address.")
        response = await responder.answer(request, resource)
        response.headers.update(security)
        is_open = request.path != "/" or "play" in request.query
        link = None if first_track is None or is_open else await first_track()
        if link is not None:
            response.headers["Link"] = link
        return response

    for path in ("/", _WORKER, _ICON, *(_API_PAGES if with_api else ())):
        app.router.add_get(path, answer)
    app.router.add_get("/assets/{name}", answer)
