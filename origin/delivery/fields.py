"""Header fields as requests have them."""

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from multidict import MultiMapping


def joined(request: web.BaseRequest, name: str) -> str | None:
    """Return a header's lines as one value (RFC 9110 §5.3), None where there are none.

    What could not be read as a request has none; aiohttp gives it a plain dict.
    """
    headers: MultiMapping[str] | dict[str, str] = request.headers
    if isinstance(headers, dict) or name not in headers:
        return None
    return ", ".join(headers.getall(name))
