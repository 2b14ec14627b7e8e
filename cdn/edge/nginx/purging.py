"""How a copy is replaced: who purges asks for it once more, past what is kept.

Whatever the origin then says takes the place of the copy. What it forbids to store would leave the
copy where it was: so where something is not there any more, or for nobody, it is asked once more,
and that is kept for a second, whatever it says of storing. While no origin answers, nothing is
lost.
"""

import ipaddress
from typing import Final

from cdn.edge.nginx.answers import said
from cdn.edge.nginx.installation import Installation
from cdn.edge.nginx.locations import kept, unknown
from cdn.edge.nginx.text import block
from cdn.edge.plan import Edge

_GONE: Final = "401 403 404 410"
_LOOPBACK: Final = {4: "127.0.0.1", 6: "[::1]"}


def purge_server(edge: Edge, installation: Installation) -> str:
    """Return the server that purgers ask, at a port of its own."""
    secret = edge.purge_secret
    return block(
        "server",
        *(
            f"listen {address}:{installation.purge_port};"
            for address in _addresses(edge, installation)
        ),
        *(f"allow {network};" for network in edge.purges_from),
        "deny all;",
        *([f'if ($http_x_purge_secret != "{secret}") {{ return 403; }}'] if secret else []),
        "recursive_error_pages on;",
        "error_page 418 = $purge_place;",
        "return 418;",
        block(
            "location @purge",
            *_past_copies(edge),
            "proxy_intercept_errors on;",
            f"error_page {_GONE} =410 @gone;  # 403 is for who may not purge",
        ),
        block(
            "location @gone",
            *_past_copies(edge, "Cache-Control", "Expires", "Set-Cookie"),
            f"proxy_cache_valid {_GONE} 1s;",
        ),
        unknown(),
    )


def _addresses(edge: Edge, installation: Installation) -> list[str]:
    """Return where purgers can ask: who does so from the machine itself, comes from there, too."""
    networks = [ipaddress.ip_network(each) for each in edge.purges_from]
    address = installation.address
    if address is not None:
        own = ipaddress.ip_address(address.strip("[]"))
        if any(own in each for each in networks):
            return [address]
    if all(each.is_loopback for each in networks):
        return [
            _LOOPBACK[version] for version in sorted({each.version for each in networks} or {4})
        ]
    return ["*", "[::]"] if address is None else [address]


def _past_copies(edge: Edge, *unheard: str) -> list[str]:
    return [*kept(edge, *unheard), "proxy_cache_bypass 1;", *said()]
