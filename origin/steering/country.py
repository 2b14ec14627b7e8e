"""Where a player is, as far as a CDN says it."""

from collections.abc import Callable
from typing import Final

from aiohttp import web

from cdn.signing.bounds import NO_COUNTRY
from origin.delivery.circumstances import CircumstanceFields

CountryOf = Callable[[web.Request], str | None]
"""Returns two capital letters (ISO 3166-1 alpha-2), None where the country is not known."""


def country_by(fields: CircumstanceFields) -> CountryOf:
    """Return what reads the field that an operator has named, else those of two CDNs."""
    if fields.country_field is None:
        return country_by_cdn
    return lambda request: _somewhere(fields.read(request).country)


_FIELDS: Final = ("CF-IPCountry", "CloudFront-Viewer-Country")


def country_by_cdn(request: web.Request) -> str | None:
    """Return the country in the field of Cloudflare or CloudFront.

    Who reaches the server without them may write there what he likes: it moves nobody but him.
    """
    for field in _FIELDS:
        said = request.headers.get(field, "")
        if len(said) == 2 and said.isascii() and said.isalpha():  # noqa: PLR2004 two letters
            return _somewhere(said.upper())
    return None


def _somewhere(country: str | None) -> str | None:
    return None if country in NO_COUNTRY else country
