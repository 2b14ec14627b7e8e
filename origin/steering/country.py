"""Where a player is, as far as a CDN says it."""

from collections.abc import Callable
from typing import Final

from aiohttp import web

CountryOf = Callable[[web.Request], str | None]
"""Returns two capital letters (ISO 3166-1 alpha-2), None where the country is not known."""

_FIELDS: Final = ("CF-IPCountry", "CloudFront-Viewer-Country")
_NOWHERE: Final = frozenset({"XX", "T1"})  # Cloudflare's, for not known and for Tor


def country_by_cdn(request: web.Request) -> str | None:
    """Return the country in the field of Cloudflare or CloudFront.

    Who reaches the server without them may write there what he likes: it moves nobody but him.
    """
    for field in _FIELDS:
        said = request.headers.get(field, "")
        if len(said) == 2 and said.isascii() and said.isalpha():  # noqa: PLR2004 two letters
            country = said.upper()
            return None if country in _NOWHERE else country
    return None
