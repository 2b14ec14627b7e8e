"""Where a token is good: in which countries, and on which pages. Pure.

A bound is looked at with every request. What a request does not tell is not taken for granted: a
token that is bound to countries opens nothing where the country is not known, nor one bound to
pages where no page is told, unless it says ``no_referrer``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cdn.errors import TokenRefused
from cdn.signing.referrer import NoReferrerPattern, Origin, ReferrerPattern, origin_of

COUNTRY_PATTERN: Final = r"[A-Z]{2}"
"""ISO 3166-1 alpha-2."""
_COUNTRY: Final = re.compile(COUNTRY_PATTERN)
NO_COUNTRY: Final = frozenset({"XX", "ZZ", "T1"})
"""What CDNs say where they know none, or of Tor (Cloudflare ``CF-IPCountry``)."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a request: ``country``, and the fields that tell of its page."""

    country: str | None = None
    origin: str | None = None
    referrer: str | None = None

    @property
    def page(self) -> Origin | None:
        """Where the page comes from; None where that is not told, or nothing one can believe."""
        return origin_of(self.origin, self.referrer)

    @property
    def tells_no_page(self) -> bool:
        """Whether it says nothing of a page, neither the truth nor else."""
        return self.origin is None and not self.referrer


@dataclass(frozen=True, slots=True)
class Bounds:
    """``countries`` and ``referrers`` are None where a token is good in all, on all."""

    countries: frozenset[str] | None = None
    referrers: tuple[ReferrerPattern, ...] | None = None
    no_referrer: bool = False

    def allow(self, circumstances: Circumstances) -> bool:
        """Tell whether a request is within them."""
        return self._allow_country(circumstances.country) and self._allow_page(circumstances)

    def _allow_country(self, country: str | None) -> bool:
        if self.countries is None:
            return True
        return country is not None and country not in NO_COUNTRY and country in self.countries

    def _allow_page(self, circumstances: Circumstances) -> bool:
        if self.referrers is None:
            return True
        if circumstances.tells_no_page:
            return self.no_referrer
        page = circumstances.page
        return page is not None and any(pattern.fits(page) for pattern in self.referrers)


ANYWHERE: Final = Bounds()


def read_bounds(countries: object, referrers: object, no_referrer: object) -> Bounds:
    """Return what three claims say, None for one that is not there; raises TokenRefused."""
    if no_referrer is not None and (not isinstance(no_referrer, bool) or referrers is None):
        raise TokenRefused("this token's no_referrer is not said of pages")
    if countries is None and referrers is None:
        return ANYWHERE
    return Bounds(
        None if countries is None else frozenset(_texts(countries, _country)),
        None if referrers is None else tuple(_texts(referrers, _pattern)),
        no_referrer is True,
    )


def _texts(claim: object, read: Callable[[str], Any]) -> Sequence[Any]:
    """Return what a list says; an empty one would be a token that is good nowhere."""
    if not isinstance(claim, list) or not claim or not all(isinstance(each, str) for each in claim):
        raise TokenRefused("this token is bound to what is no list of texts")
    return [read(each) for each in claim]


def _country(text: str) -> str:
    if not _COUNTRY.fullmatch(text):
        raise TokenRefused("this token is bound to what is no country")
    return text


def _pattern(text: str) -> ReferrerPattern:
    try:
        return ReferrerPattern.of(text)
    except NoReferrerPattern as error:
        raise TokenRefused("this token is bound to what is no page") from error
