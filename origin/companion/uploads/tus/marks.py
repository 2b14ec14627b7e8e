"""What every answer to a client of tus carries, errors and preflights among them."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from manifests.layout import ID_PATTERN
from origin.companion.uploads.tus import fields
from origin.companion.uploads.views import ROOT

_PATHS: Final = re.compile(rf"{ROOT}/(?:{ID_PATTERN}/)?tus")

Mark = Callable[[web.Request, web.StreamResponse], Awaitable[None]]


def marking(size_bytes_max: int) -> Mark:
    """Return a signal of ``on_response_prepare``."""
    offered = {
        fields.VERSIONS: fields.VERSION,
        fields.EXTENSION: fields.EXTENSIONS,
        fields.MAX_SIZE: str(size_bytes_max),
        fields.CHECKSUM_ALGORITHM: ",".join(fields.CHECKSUMS),
    }

    async def mark(request: web.Request, response: web.StreamResponse) -> None:
        if not _PATHS.fullmatch(request.path):
            return
        if request.method == hdrs.METH_OPTIONS:
            response.headers.update(offered)
            return
        response.headers[fields.RESUMABLE] = fields.VERSION
        if response.status == HTTPStatus.PRECONDITION_FAILED:
            response.headers[fields.VERSIONS] = fields.VERSION

    return mark
