"""Which CDN is meant: ``fastly://SERVICE_ID``, ``varnish://host:port`` and the like. Pure.

Options follow behind a ``?``: ``endpoint`` is where the vendor's API is asked in the place of the
usual address. No secret is in any of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from cdn.errors import UnusablePurger
from cdn.purge import limits
from cdn.purge.limits import Limits

_ID: Final = re.compile(r"[A-Za-z0-9]{1,64}")
_OPTIONS: Final = {
    "cloudfront": {"endpoint", "by"},
    "fastly": {"endpoint"},
    "cloudflare": {"endpoint", "plan"},
    "varnish": {"host"},
    "nginx": {"host"},
}
_FORMS: Final = {
    "endpoint": re.compile(r"https?://[A-Za-z0-9.:_\[\]-]+(?:/[A-Za-z0-9./_-]*)?"),
    "host": re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}"),
}
"""What has a form of its own: no credentials, and nothing that would end a header field."""
_EXAMPLES: Final = (
    "cloudfront://DISTRIBUTION_ID, fastly://SERVICE_ID, cloudflare://ZONE_ID, varnish://host:port"
    " or nginx://host:port"
)


@dataclass(frozen=True, slots=True)
class Address:
    """One CDN: ``place`` is its id at the vendor, or ``host:port``."""

    scheme: str
    place: str
    options: Mapping[str, str]

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Read a URL; raises UnusablePurger."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise UnusablePurger(f"That is no URL: use {_EXAMPLES}.") from error
        known = _OPTIONS.get(parts.scheme)
        if known is None or parts.path not in {"", "/"} or parts.fragment or "@" in parts.netloc:
            what = f"{parts.scheme}://" if parts.scheme else "What has no ://"
            raise UnusablePurger(f"{what} is none to purge: use {_EXAMPLES}.")
        try:
            options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
            is_own = parts.scheme in {"varnish", "nginx"}
            is_there = not is_own or bool(parts.port)
        except ValueError as error:
            raise UnusablePurger(f"{parts.scheme}://{parts.netloc}: {error}.") from error
        place = parts.netloc.lower() if is_own else parts.netloc  # one name, however it is written
        is_id = (_FORMS["host"] if is_own else _ID).fullmatch(place)
        if not parts.hostname or not is_there or not is_id:
            raise UnusablePurger(f"{parts.scheme}://{parts.netloc} names none: use {_EXAMPLES}.")
        if unknown := sorted(set(options) - known):
            raise UnusablePurger(
                f"{parts.scheme}:// has no option {unknown[0]}: it has {', '.join(sorted(known))}."
            )
        for name, form in _FORMS.items():
            if name in options and not form.fullmatch(options[name]):
                raise UnusablePurger(f"{parts.scheme}://: what {name}= says is no {name}.")
        address = cls(parts.scheme, place, options)
        _ = address.limits  # what is wrong with those is said now
        return address

    @property
    def name(self) -> str:
        """What it is called, in logs and metrics, too."""
        return f"{self.scheme}://{self.place}"

    @property
    def limits(self) -> Limits:
        """What it takes; raises UnusablePurger where an option is none."""
        match self.scheme:
            case "cloudfront":
                choices = {"tags": limits.CLOUDFRONT_BY_TAG, "paths": limits.CLOUDFRONT_BY_PATH}
                return _chosen(choices, "by", self.options.get("by", "tags"))
            case "cloudflare":
                plan = self.options.get("plan", "free")
                return _chosen(limits.CLOUDFLARE, "plan", plan)
            case "fastly":
                return limits.FASTLY
            case "varnish":
                return limits.VARNISH
            case _:
                return limits.NGINX


def _chosen(choices: Mapping[str, Limits], option: str, said: str) -> Limits:
    if said not in choices:
        raise UnusablePurger(f"{option}={said} is none of {', '.join(choices)}.")
    return choices[said]
