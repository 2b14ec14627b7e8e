"""The Worker that checks playback tokens at ``/t/*``, and cuts them off."""

from typing import Final

from cdn.edge.script import TOKENS, script

FILE: Final = "playback-token.js"
NAME: Final = "soundbridge-playback-token"
KEYS_BINDING: Final = "PLAYBACK_KEYS"
COMPATIBILITY_DATE: Final = "2025-09-01"
"""Later than 2025-04-02, from when on a Worker's word counts more than cache rules (Cache, "How
Workers interact with Cache Rules")."""


def worker() -> str:
    """Return the Worker, as a module."""
    return script("token", "worker", rules=TOKENS)
