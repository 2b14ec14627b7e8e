"""What every answer to a client of tus carries, errors and preflights among them."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from manifests.layout import ID_PATTERN
from origin.companion.uploads.tus.fields import CHECKSUMS, EXTENSIONS, RESUMABLE, VERSION
from origin.companion.uploads.views import ROOT

_PATHS: Final = re.compile(rf"{ROOT}/(?:{ID_PATTERN}/)?tus")
_VERSIONS: Final = "Tus-Version"

Mark = Callable[[web.Request, web.StreamResponse], Awaitable[None]]


def marking(size_bytes_max: int) -> Mark:
    """Return a signal of ``on_response_prepare``."""
    offered = {
        _VERSIONS: VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(size_bytes_max),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }

    async def mark(request: web.Request, response: web.StreamResponse) -> None:
        if not _PATHS.fullmatch(request.path):
            return
        if request.method == hdrs.METH_OPTIONS:
            response.headers.update(offered)
            return
        response.headers[RESUMABLE] = VERSION
        if response.status == HTTPStatus.PRECONDITION_FAILED:
            response.headers[_VERSIONS] = VERSION

    return mark
