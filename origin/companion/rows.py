"""Where the API's rows are."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Rows:
    """The SQLite file in folder ``state``, or a PostgreSQL database at ``url``."""

    state: Path
    url: str | None = None
