"""What a server is to take of others, as it is told to every process that serves."""

from dataclasses import dataclass, field

from origin.defence.client import ClientLimits
from origin.defence.deadlines import Deadlines
from origin.defence.forwarding import LOOPBACK, AddressField


@dataclass(frozen=True)
class Defence:
    """What every process of a server is to take of others.

    ``country_field`` is where trusted proxies name the country of their clients, if they do.
    """

    limits: ClientLimits = field(default_factory=ClientLimits)
    trusted_proxies: tuple[str, ...] = LOOPBACK
    deadlines: Deadlines = field(default_factory=Deadlines)
    address_field: AddressField = AddressField.X_FORWARDED_FOR
    country_field: str | None = None
