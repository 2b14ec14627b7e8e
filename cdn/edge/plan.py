"""What an operator says of an edge, whatever kind of server it is."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cdn.errors import UnusableEdge

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_ADDRESS: Final = re.compile(
    rf"(?P<host>{_NAME.pattern}|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?"
)
USUAL_PURGES_FROM: Final = ("127.0.0.1",)
PORT_MAX: Final = 65_535
_PATH: Final = re.compile(r"/[^\x00-\x20\x7f\"'`;{}$\\]*")
"""What stands in a configuration as it is, without quotes, and is the same to every process."""
_NETWORK: Final = re.compile(r"[0-9A-Fa-f.:]+(?:/[0-9]{1,3})?")
"""Neither masks nor zones: Python reads anything at all as the zone of an IPv6 address."""
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{16,128}")


@dataclass(frozen=True, slots=True)
class Address:
    """A host, as it stands in a URL (IPv6 in brackets), and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @classmethod
    def read(cls, text: str, usual_port: int) -> "Address":
        """Read ``host`` or ``host:port``; UnusableEdge where it is none."""
        found = _ADDRESS.fullmatch(text)
        port = usual_port if found is None or found["port"] is None else int(found["port"])
        if found is None or not 0 < port <= PORT_MAX:
            raise UnusableEdge(f"{text!r} is no address: it is HOST:PORT, as 10.0.0.5:8080")
        check_ip(found["host"])
        return cls(found["host"], port)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where the chain and the private key of TLS are, as PEM, on the machine of the edge."""

    chain: str
    key: str

    def __post_init__(self) -> None:
        """Refuse what a configuration would read as something else."""
        check_path(self.chain)
        check_path(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One edge: its public ``host``, and the servers behind it, each of which has everything.

    ``parts`` says that instead each of the ``origins`` runs the five roles, each at its own port.
    Where it ``checks_tokens``, what plays needs a playback token, and listeners share one copy.
    ``purge_secret`` is what who purges has to show, beside asking from ``purges_from`` (networks).
    """

    host: str
    origins: Sequence[Address]
    parts: bool = False
    certificate: Certificate | None = None
    checks_tokens: bool = False
    purges_from: Sequence[str] = USUAL_PURGES_FROM
    purge_secret: str | None = None

    def __post_init__(self) -> None:
        """Refuse what could end a line of a configuration, or begin another one."""
        if not _NAME.fullmatch(self.host):
            raise UnusableEdge(f"{self.host!r} is no host name")
        if not self.origins:
            raise UnusableEdge("an edge has at least one origin")
        for network in self.purges_from:
            _check_network(network)
        if self.purge_secret is not None and not _SECRET.fullmatch(self.purge_secret):
            raise UnusableEdge("a purge secret is 16 to 128 letters, digits, '-' and '_'")


@dataclass(frozen=True, slots=True)
class EdgeFile:
    """One file of a configuration; a secret one is for its owner alone to read."""

    name: str
    text: str
    is_secret: bool = False


def check_path(text: str) -> None:
    """Raise UnusableEdge for a path that a configuration would read as something else."""
    if not _PATH.fullmatch(text):
        raise UnusableEdge(f"{text!r} is no absolute path that a configuration can hold")


def check_ip(host: str) -> None:
    """Raise UnusableEdge for what looks like an address of IPv4, or of IPv6, and is none."""
    if not host.startswith("[") and not host.rpartition(".")[2].isdecimal():
        return  # a name
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError as error:
        raise UnusableEdge(f"{host!r} is no address, as 10.0.0.5 or [2001:db8::5]") from error


def _check_network(text: str) -> None:
    problem = UnusableEdge(f"{text!r} is no address and no network, as 10.0.0.0/8")
    if not _NETWORK.fullmatch(text):
        raise problem
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise problem from error
