"""In which words logs and metrics tell where an answer was found: a tier, and how it went there."""

from typing import Final

from origin.cache.record import Found

PLACES: Final = {
    Found.MEMORY: ("memory", "hit"),
    Found.ABSENCE: ("memory", "absence"),
    Found.STALE: ("memory", "stale"),
    Found.STALE_UNTRIED: ("memory", "stale_on_error"),
    Found.STALE_ON_ERROR: ("memory", "stale_on_error"),
    Found.JOINED: ("flight", "joined"),
    Found.SHARED: ("shared", "hit"),
    Found.NOT_SHARED: ("store", "read"),
    Found.STORE: ("store", "read"),
    Found.RENEWED: ("store", "renewed"),
}


def place_of(found: Found | None) -> str | None:
    """Return both words, None where nothing was looked for."""
    return None if found is None else " ".join(PLACES[found])
