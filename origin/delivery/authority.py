"""What may stand in ``Host``, and behind the ``//`` of a target in absolute form. Pure.

RFC 9110 §7.2: ``Host = uri-host [ ":" port ]``, and RFC 3986 §3.2.2 says what a host is. Whoever
reads a name that is none has to guess which part of it is meant, and two servers guess differently.

An empty host is no authority of ``http`` or ``https`` (RFC 9110 §4.2.1). Nor is one with user
information, by which addresses are made to look like those of others (§4.2.4).
"""

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final

_BYTES_MAX: Final = 255
"""No name of the DNS is longer (RFC 3986 §3.2.2)."""
_REMEMBERED: Final = 1024
_PORT_MAX: Final = 65_535
_PORT_DIGITS_MAX: Final = 5
_NAME: Final = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+"
_FUTURE: Final = r"[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+"
_AUTHORITY: Final = re.compile(
    rf"(?:{_NAME}|\[(?:{_FUTURE}|(?P<ipv6>[0-9A-Fa-f:.]+))\])(?::(?P<port>[0-9]*))?"
)


def is_authority(text: str) -> bool:
    """Tell whether this is a host, with a port or without."""
    return len(text) <= _BYTES_MAX and _is_authority(text)


@lru_cache(_REMEMBERED)
def _is_authority(text: str) -> bool:
    found = _AUTHORITY.fullmatch(text)
    return found is not None and _is_ipv6(found["ipv6"]) and _is_port(found["port"])


def _is_ipv6(literal: str | None) -> bool:
    if literal is None:
        return True
    try:
        IPv6Address(literal)
    except AddressValueError:
        return False
    return True


def _is_port(digits: str | None) -> bool:
    """Tell whether it is one, or none; an empty one is the default (RFC 3986 §3.2.3)."""
    number = (digits or "").lstrip("0")
    return len(number) <= _PORT_DIGITS_MAX and int(number or "0") <= _PORT_MAX
