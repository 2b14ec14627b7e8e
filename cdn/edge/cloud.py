"""What an operator says of a CDN's edge: its name, and where the origin is, as one URL.

Behind a CDN there is one name for the origin; several servers stand behind that (a load balancer,
nginx, addresses in DNS), for a CDN balances nothing by itself, or by rules of its own.
"""

import re
from dataclasses import dataclass
from typing import Final

from cdn.edge.plan import PORT_MAX
from cdn.errors import UnusableEdge
from cdn.tags import CACHE_TAG, SURROGATE_KEY

_NAME: Final = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
_HOST: Final = re.compile(_NAME)
_ORIGIN: Final = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_NAME})(?::(?P<port>[0-9]{{1,5}}))?/?"
)
_NAME_CHARACTERS_MAX: Final = 253
NOT_FOR_VIEWERS: Final = ("CDN-Cache-Control", "Surrogate-Control", SURROGATE_KEY, CACHE_TAG)
"""What an origin tells CDNs alone, which take it away."""
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class CloudOrigin:
    """Where the origin is, by a name in DNS; ``is_tls`` says that it is asked by https."""

    host: str
    port: int
    is_tls: bool

    @classmethod
    def read(cls, url: str) -> "CloudOrigin":
        """Read ``https://host`` or ``http://host:port``; UnusableEdge where it is none."""
        found = _ORIGIN.fullmatch(url.lower())
        if found is None or len(found["host"]) > _NAME_CHARACTERS_MAX:
            raise UnusableEdge(
                f"{url!r} is no origin of a CDN: it is a URL such as https://origin.example.com, "
                "by a name in DNS and without a path"
            )
        port = int(found["port"] or _PORTS[found["scheme"]])
        if not 0 < port <= PORT_MAX:
            raise UnusableEdge(f"{url!r} has a port that is none")
        return cls(found["host"], port, is_tls=found["scheme"] == "https")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudEdge:
    """One CDN in front of one ``origin``, as ``host``.

    Where it ``checks_tokens``, what plays needs a playback token, and listeners share one copy.
    """

    host: str
    origin: CloudOrigin
    checks_tokens: bool = False

    def __post_init__(self) -> None:
        """Refuse what could end a text in a configuration, or begin another one."""
        if not _HOST.fullmatch(self.host) or len(self.host) > _NAME_CHARACTERS_MAX:
            raise UnusableEdge(f"{self.host!r} is no host name, as music.example.com is one")
        if self.host == self.origin.host:
            raise UnusableEdge(
                "the edge and its origin have the same name: they would ask each other"
            )
