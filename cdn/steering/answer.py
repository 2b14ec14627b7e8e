"""The steering manifest (rfc8216bis §7): what a player is told."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from cdn.steering.order import ordered
from cdn.steering.pathway import Pathway
from cdn.steering.player import Player
from manifests.steering import DEFAULT_PATHWAY

TTL_S: Final = 20
"""When players ask again. hls.js keeps at least 30 s of sound ahead: so who hears of a pathway that
has gone silent from here alone hears of it before that has been played."""
TROUBLED_TTL_S: Final = 10
"""Where a pathway is silent, or in doubt: who was moved by that may soon be moved back."""


@dataclass(frozen=True, slots=True)
class SteeringRules:
    """What is steered.

    ``server_url`` is where players ask, with a slash at its end; None for where their playlist came
    from. Pathways are ``cloned`` where paths begin with playback tokens.
    """

    pathways: tuple[Pathway, ...]
    server_url: str | None = None
    cloned: bool = False
    ttl_s: int = TTL_S

    def offered(self, playback_id: str) -> tuple[Pathway, ...]:
        """Return the pathways in the order of an entry's playlist, of which everybody has a copy.

        It is drawn as for a session: so players begin, and those that know nothing of pathways
        stay, where weights and costs have them, but entry by entry.
        """
        return ordered(self.pathways, (), Player(playback_id))

    def first(self, playback_id: str) -> str:
        """Return the pathway that players use until they have been told another."""
        return DEFAULT_PATHWAY if self.cloned else self.offered(playback_id)[0].name

    def server_uri(self, playback_id: str) -> str:
        """Return the SERVER-URI in the playlist of an entry."""
        return f"{self.server_url or ''}{address_of(playback_id)}"


def address_of(playback_id: str) -> str:
    """Return where the steering manifest is, below where the entry is."""
    return f"steering/{playback_id}"


def steering_manifest(
    rules: SteeringRules,
    player: Player,
    playback_id: str,
    silent: Collection[str],
    doubted: Collection[str],
) -> bytes:
    """Return the document; ``doubted`` are the pathways that may soon be silent, or back.

    RELOAD-URI is relative: whatever stands in front of the path (a token) is inherited.
    """
    best = ordered(rules.pathways, silent, player, doubted)
    names = [pathway.name for pathway in best]
    if rules.cloned:  # where the playlist came from is some pathway, too, or leads to one
        answering = sum(name not in silent for name in names)
        is_there = player.begins and player.pathway is None
        names.insert(0 if is_there else answering, DEFAULT_PATHWAY)
    said: dict[str, Any] = {
        "VERSION": 1,
        "TTL": min(rules.ttl_s, TROUBLED_TTL_S) if silent or doubted else rules.ttl_s,
        "RELOAD-URI": _reload_uri(playback_id, player),
        "PATHWAY-PRIORITY": names,
    }
    if rules.cloned:
        said["PATHWAY-CLONES"] = _clones(rules.pathways)
    return json.dumps(said, separators=(",", ":")).encode()


def _reload_uri(playback_id: str, player: Player) -> str:
    brought = {"session": player.session}
    if player.avoid is not None:
        brought["avoid"] = player.avoid
    return f"{playback_id}?{urlencode(brought)}"


def _clones(pathways: Sequence[Pathway]) -> list[dict[str, Any]]:
    return [
        {
            "BASE-ID": DEFAULT_PATHWAY,
            "ID": pathway.name,
            "URI-REPLACEMENT": {"HOST": pathway.host},
        }
        for pathway in pathways
    ]
