"""What the machine is like that Caddy runs on, and how Caddy has TLS there."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cdn.edge.plan import PORT_MAX, check_ip
from cdn.errors import UnusableEdge

_ADDRESS: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]+")


class Tls(StrEnum):
    """Where certificates come from, where no files are given.

    ``AUTOMATIC``: from a public authority, by ACME, for a public name; else from Caddy's own.
    ``INTERNAL``: from Caddy's own authority. ``NONE``: there is no TLS, and any name is answered.
    """

    AUTOMATIC = "automatic"
    INTERNAL = "internal"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where Caddy listens: at every address of the machine, or at one.

    ``has_admin`` is whether it can be told a new configuration while it runs, from this machine.
    """

    tls: Tls = Tls.AUTOMATIC
    address: str | None = None
    http_port: int = 80
    https_port: int = 443
    has_admin: bool = True

    def __post_init__(self) -> None:
        """Refuse what a configuration would read as something else."""
        if self.address is not None:
            if not _ADDRESS.fullmatch(self.address):
                raise UnusableEdge(f"{self.address!r} is no address to listen at")
            check_ip(f"[{self.address}]" if ":" in self.address else self.address)
        ports = {self.http_port, self.https_port}
        if not all(0 < port <= PORT_MAX for port in ports) or len(ports) == 1:
            raise UnusableEdge("the two ports are two numbers from 1 to 65535")
