"""Header fields as requests have them."""

from aiohttp import web


def joined(request: web.BaseRequest, name: str) -> str | None:
    """Return a header's lines as one value (RFC 9110 §5.3), None where there are none."""
    lines = request.headers.getall(name, ())
    return ", ".join(lines) if lines else None
