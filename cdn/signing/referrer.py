"""Pages that a token is good on: hosts and origins, and the page that a request comes from. Pure.

Browsers say by themselves where a request comes from: in ``Origin`` (RFC 6454 §7) what scripts
ask of other sites, and in ``Referer`` (RFC 9110 §10.1.3) nearly all, of which other sites get the
origin alone (Referrer Policy §4.2). Where ``Origin`` is there, it decides: no page can change it,
while any page may have ``Referer`` left out. Whoever is no browser writes what it likes into both,
so this keeps pages from using others' sound, and no listener from anything.

What is compared is the origin: scheme, host and port. A pattern without a scheme is a host by http
or https, at any port unless it has one; with a scheme, the port is that of the scheme unless it has
another. ``*.`` stands for one or more labels in front of a host, and not for none.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

CHARACTERS_MAX: Final = 255
SCHEME: Final = r"[a-z][a-z0-9+.-]{0,31}"
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME: Final = rf"{_LABEL}(?:\.{_LABEL})*"
_NUMBER: Final = r"\[[0-9a-f:.]{2,45}\]"
HOST: Final = rf"{_NAME}|{_NUMBER}"
PATTERN: Final = rf"(?:({SCHEME})://)?(?:(\*\.)?({_NAME})|({_NUMBER}))(?::([0-9]{{1,5}}))?"
"""How pages are written: scheme, ``*.``, name or number, port."""
_PATTERN: Final = re.compile(PATTERN)
_URL: Final = re.compile(
    rf"(?P<scheme>{SCHEME})://(?P<host>{HOST})(?::(?P<port>[0-9]{{0,5}}))?(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
"""One with user information in it is none: no browser tells it (RFC 9110 §10.1.3)."""
_PORTS: Final = {"http": 80, "https": 443}
_REMEMBERED: Final = 1024
URL_CHARACTERS_MAX: Final = 4096


class NoReferrerPattern(ValueError):
    """This is neither a host nor an origin."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page comes from; a scheme without a usual port has none unless it says one."""

    scheme: str
    host: str
    port: int | None


@dataclass(frozen=True, slots=True)
class ReferrerPattern:
    """Pages of a host, or of all hosts ``below`` it; None is any of http and https, any port."""

    scheme: str | None
    host: str
    port: int | None
    below: bool = False

    @classmethod
    def of(cls, text: str) -> Self:
        """Read it as a claim has it; raises NoReferrerPattern."""
        found = _PATTERN.fullmatch(text)
        if found is None or len(text) > CHARACTERS_MAX:
            raise NoReferrerPattern(
                f"{text!r} is no page such as example.com, *.example.com or https://example.com"
            )
        scheme, below, name, number, digits = found.groups()
        port = _PORTS.get(scheme or "") if digits is None else int(digits)
        return cls(scheme, name or number, port, below=below is not None)

    def __str__(self) -> str:
        scheme = "" if self.scheme is None else f"{self.scheme}://"
        is_usual = self.port is None or self.port == _PORTS.get(self.scheme or "")
        port = "" if is_usual else f":{self.port}"
        return f"{scheme}{'*.' if self.below else ''}{self.host}{port}"

    def fits(self, origin: Origin) -> bool:
        """Tell whether a page of this origin is among them."""
        if self.scheme is None:
            if origin.scheme not in _PORTS:
                return False
            if self.port is not None and origin.port != self.port:
                return False
        elif (origin.scheme, origin.port) != (self.scheme, self.port):
            return False
        if self.below:
            return origin.host.endswith(f".{self.host}")
        return origin.host == self.host


def origin_of(origin: str | None, referrer: str | None) -> Origin | None:
    """Return where a request comes from, by both fields; None where neither tells, or one lies.

    ``Origin: null`` is a page that may not say where it comes from, whatever else it says.
    """
    if origin is not None:
        found, is_whole = _read(origin)
        return found if is_whole else None
    return None if referrer is None else _read(referrer)[0]


def _read(url: str) -> tuple[Origin | None, bool]:
    return _parsed(url) if len(url) <= URL_CHARACTERS_MAX else (None, False)


@lru_cache(_REMEMBERED)
def _parsed(url: str) -> tuple[Origin | None, bool]:
    """Return the origin of an absolute URL, and whether that is all of it."""
    found = _URL.fullmatch(url)
    if found is None:
        return None, False
    scheme, host = found["scheme"].lower(), found["host"].lower()
    port = int(found["port"]) if found["port"] else _PORTS.get(scheme)
    return Origin(scheme, host, port), found["rest"] is None
