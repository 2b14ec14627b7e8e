"""Where the API's rows are."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Rows:
    """The SQLite file in folder ``state``, or a PostgreSQL database at ``url``.

    ``replica_urls`` are copies of the latter, from which most is read.
    """

    state: Path
    url: str | None = None
    replica_urls: tuple[str, ...] = ()
