"""What opens CDNs."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of those that are used; AWS's are found by its own client.

    ``edge`` is what Varnish and nginx of ours want to see.
    """

    fastly: str | None = field(default=None, repr=False)
    cloudflare: str | None = field(default=None, repr=False)
    edge: str | None = field(default=None, repr=False)
