"""Where a request comes from: the client's address, and whether it asked by https."""

import re
from ipaddress import ip_address, ip_network
from typing import Final

from aiohttp import web

from origin.defence.forwarding import AddressField, TrustedProxies
from origin.delivery.fields import joined

_FIELD_OF_SCHEME: Final = "X-Forwarded-Proto"
_PROTO: Final = re.compile(r'(?:^|[;,])\s*proto="?(\w+)', re.IGNORECASE)  # RFC 7239 §5.4
_HTTPS: Final = "https"
_NETWORK_BITS: Final = {4: 24, 6: 48}


class Clients:
    """Tells what is known of clients, as far as ``proxies`` may speak for them."""

    def __init__(self, proxies: TrustedProxies | None = None) -> None:
        self._proxies = proxies or TrustedProxies()

    def key_of(self, request: web.Request) -> str | None:
        """Return what one client keeps; None where only a trusted proxy is known."""
        return self.key_at(request.remote or "", joined(request, self._proxies.field))

    def key_at(self, peer: str, forwarded_for: str | None) -> str | None:
        """Return what one client keeps, by the other end and whom that says to speak for."""
        key = self._proxies.client_of_peer(peer)
        if key is not None or forwarded_for is None:
            return key
        return self._proxies.client_behind(forwarded_for)

    def network_of(self, request: web.Request) -> str:
        """Return the network that a client asks from: more tells people apart."""
        forwarded_for = joined(request, self._proxies.field)
        return network_of(self._proxies.address_of(request.remote or "", forwarded_for))

    def is_secure(self, request: web.Request) -> bool:
        """Tell whether the client asked by https, of us or of the first proxy.

        Nothing but the client's own cookie depends on it, so its own word would do.
        """
        if request.secure:
            return True
        if not self._proxies.trusts(request.remote or ""):
            return False
        if self._proxies.field is AddressField.FORWARDED:
            found = _PROTO.search(joined(request, self._proxies.field) or "")
            return found is not None and found[1].lower() == _HTTPS
        said = joined(request, _FIELD_OF_SCHEME) or ""
        return said.partition(",")[0].strip().lower() == _HTTPS


def network_of(address: str) -> str:
    """Return the /24 or the /48 that an address is in; empty for what is no address."""
    try:
        version = ip_address(address).version
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{_NETWORK_BITS[version]}", strict=False))
