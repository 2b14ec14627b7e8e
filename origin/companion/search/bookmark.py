"""How far an index has come: kept in the index itself, so that it is true of every commit."""

import json
from dataclasses import dataclass

from origin.companion.search.entries import Kind


@dataclass(frozen=True, slots=True)
class Bookmark:
    """All events up to a number are in, and while it is built, all rows of kinds up to an id.

    ``building`` is the kind that is being read, and ``behind`` the last id of it; None once all is.
    """

    events: int
    building: Kind | None = None
    behind: str = ""

    def write(self) -> str:
        """Return it as text."""
        return json.dumps([self.events, self.building, self.behind])

    @classmethod
    def read(cls, text: str) -> "Bookmark":
        """Return what was written; raises ValueError."""
        events, building, behind = json.loads(text)
        return cls(int(events), None if building is None else Kind(building), str(behind))
