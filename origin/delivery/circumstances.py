"""What a request tells of where it was made, as tokens may be bound to that.

The country is what a CDN says in a field of its own (``CloudFront-Viewer-Country``,
``CF-IPCountry``, whatever an operator names), and is believed of trusted proxies alone: anybody
else may write there what they like. Without a field, nobody knows any country.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from aiohttp import hdrs, web

from cdn.signing.bounds import COUNTRY_PATTERN, Bounds, Circumstances
from origin.defence.forwarding import TrustedProxies
from origin.delivery.fields import joined

_COUNTRY: Final = re.compile(COUNTRY_PATTERN)


@dataclass(frozen=True, slots=True)
class CircumstanceFields:
    """Where requests tell it: ``country_field`` is believed of ``proxies``."""

    country_field: str | None = None
    proxies: TrustedProxies = field(default_factory=TrustedProxies)

    def read(self, request: web.Request) -> Circumstances:
        """Return what is known of a request."""
        return Circumstances(
            self._country(request), joined(request, hdrs.ORIGIN), joined(request, hdrs.REFERER)
        )

    def varies_by(self, bounds: Bounds) -> str | None:
        """Return the fields that matter to bounds, as ``Vary`` has them; None where none does."""
        names: list[str] = [] if bounds.referrers is None else [hdrs.ORIGIN, hdrs.REFERER]
        if bounds.countries is not None and self.country_field is not None:
            names.append(self.country_field)
        return ", ".join(names) or None

    def _country(self, request: web.Request) -> str | None:
        if self.country_field is None or not self.proxies.trusts(request.remote or ""):
            return None
        said = (joined(request, self.country_field) or "").strip().upper()
        return said if _COUNTRY.fullmatch(said) else None
