"""Header fields as requests have them."""

from typing import TYPE_CHECKING

from aiohttp import web
from multidict import MultiMapping

if TYPE_CHECKING:
    from collections.abc import Mapping


def joined(request: web.BaseRequest, name: str) -> str | None:
    """Return a header's lines as one value (RFC 9110 §5.3), None where there are none.

    What could not be read as a request has none; aiohttp gives it a plain dict.
    """
    headers: Mapping[str, str] = request.headers
    lines = headers.getall(name, ()) if isinstance(headers, MultiMapping) else ()
    return ", ".join(lines) if lines else None
