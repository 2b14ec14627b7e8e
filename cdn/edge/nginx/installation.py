"""Where an nginx has its files, ports and room on the machine it runs on."""

import re
from dataclasses import dataclass
from typing import Final

from cdn.edge.plan import PORT_MAX, check_ip, check_path
from cdn.errors import UnusableEdge

_USER: Final = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_SIZE: Final = re.compile(r"([1-9][0-9]{0,8})([mg])")
_ADDRESS: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9a-fA-F:]+\]")
_OBJECT_BYTES: Final = 64 * 1024
"""What an object has at least, on average: a segment has more, a playlist is rare beside those."""
_KEYS_PER_MB: Final = 8000  # nginx's documentation of keys_zone
_KEYS_LEAST_MB: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where nginx has what; all paths are absolute.

    ``folder`` is nginx's alone, has to exist, and holds copies and what is on its way.
    ``size`` (``500m``, ``10g``) is how much of copies there may be, which stay for ``days`` after
    somebody has last asked for them. ``address`` None is every address of the machine.
    """

    user: str = "www-data"
    folder: str = "/var/cache/soundbridge"
    logs: str = "/var/log/nginx"
    pid: str = "/run/nginx.pid"
    size: str = "10g"
    days: int = 30
    address: str | None = None
    http_port: int = 80
    https_port: int = 443
    purge_port: int = 8089

    def __post_init__(self) -> None:
        """Refuse what a configuration would read as something else."""
        for path in (self.folder, self.logs, self.pid):
            check_path(path)
        if not _USER.fullmatch(self.user):
            raise UnusableEdge(f"{self.user!r} is no user's name")
        if not _SIZE.fullmatch(self.size):
            raise UnusableEdge(f"{self.size!r} is no size: it is as 500m or 10g")
        if self.days < 1:
            raise UnusableEdge("copies stay for a day at least")
        if self.address is not None:
            if not _ADDRESS.fullmatch(self.address):
                raise UnusableEdge(f"{self.address!r} is no address to listen at")
            check_ip(self.address)
        ports = (self.http_port, self.https_port, self.purge_port)
        if not all(0 < port <= PORT_MAX for port in ports) or len(set(ports)) < len(ports):
            raise UnusableEdge("the three ports are three numbers from 1 to 65535")

    @property
    def keys_mb(self) -> int:
        """How much memory names of copies may need."""
        found = _SIZE.fullmatch(self.size)
        assert found is not None  # noqa: S101 it was looked at
        size_mb = int(found[1]) * (1024 if found[2] == "g" else 1)
        return max(_KEYS_LEAST_MB, size_mb * 1024 * 1024 // _OBJECT_BYTES // _KEYS_PER_MB)
