"""What a worker of the queue is told; apart from what works, which loads the decoder."""

from dataclasses import dataclass, field
from pathlib import Path

from origin.companion.uploads.rules import UploadRules


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are, how many jobs at a time, how patient it is.

    ``outward`` are private networks that webhooks may reach; ``uploads`` says what may be fetched.
    ``purge`` are the URLs of CDNs that are purged.
    """

    store: str
    state: Path
    database: str | None
    jobs: int
    lease_s: float = 30.0
    drain_s: float = 60.0
    promises_s: float = 3600.0
    cache: str | None = None
    outward: tuple[str, ...] = ()
    uploads: UploadRules = field(default_factory=UploadRules)
    purge: tuple[str, ...] = ()
