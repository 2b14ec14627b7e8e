"""Requests that another site has a browser send, with our cookie on them: told by their head. Pure.

A browser says on each request where it comes from: ``Sec-Fetch-Site`` (Fetch Metadata) to sites by
https, and ``Origin`` (Fetch §3.1) wherever something may be changed. No page can change either.
A program that says neither shows by ``Soundbridge-Request`` that it is no form of another site:
those can add no field, and scripts of other sites may not add this one with our cookie.
"""

from dataclasses import dataclass
from typing import Final

from origin.delivery.errors import Forbidden

CUSTOM_HEADER: Final = "Soundbridge-Request"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossSiteRequest(Forbidden):
    """A cookie came with a request that a page of another site may have sent."""

    code = "cross_site_request"

    def __init__(self) -> None:
        super().__init__(
            "Who is signed in by a cookie changes things from this server's own pages. Elsewhere, "
            f"use an API key; a program without Origin and Sec-Fetch-Site sends {CUSTOM_HEADER}: 1."
        )


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a request says of where it comes from; ``own_origin`` is ours, as it was asked for."""

    own_origin: str
    site: str | None
    origin: str | None
    has_custom_header: bool


def changes_things(method: str) -> bool:
    """Tell whether a request may change something (RFC 9110 §9.2.1)."""
    return method not in _SAFE


def require_own_page(said: Provenance, trusted_origins: frozenset[str]) -> None:
    """Raise CrossSiteRequest where a page that is neither ours nor trusted may have sent it."""
    if said.origin is not None and said.origin in trusted_origins:
        return
    if said.site is not None:
        if said.site != "same-origin":
            raise CrossSiteRequest
    elif said.origin is not None:
        if said.origin != said.own_origin:
            raise CrossSiteRequest
    elif not said.has_custom_header:
        raise CrossSiteRequest
