"""Who gets in, as an operator says it: settings of the API that need nothing else to be read."""

from dataclasses import dataclass, field

from origin.defence.forwarding import LOOPBACK, AddressField


@dataclass(frozen=True, slots=True)
class RoleClaim:
    """Where tokens say that their user has a role: at ``path``, the text or a list with it."""

    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Issuers:
    """Whose tokens are good, for which audiences, and who is what by them.

    Without claims, a user's role is what the database says.
    """

    urls: tuple[str, ...]
    audiences: tuple[str, ...]
    creators: tuple[RoleClaim, ...] = ()
    admins: tuple[RoleClaim, ...] = ()


@dataclass(frozen=True, slots=True)
class Budgets:
    """How many requests to the API there may be in a minute; 0 is any number."""

    user_per_min: int = 1_200
    address_per_min: int = 3_000


@dataclass(frozen=True, slots=True)
class Access:
    """All of it. ``origins`` are those of pages that may ask with the cookie of who is signed in.

    ``cache`` is the URL of a Redis or Valkey server, where budgets are kept for all processes.
    """

    issuers: Issuers | None = None
    origins: tuple[str, ...] = ()
    budgets: Budgets = field(default_factory=Budgets)
    trusted_proxies: tuple[str, ...] = LOOPBACK
    address_field: AddressField = AddressField.X_FORWARDED_FOR
    cache: str | None = None
