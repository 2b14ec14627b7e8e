"""In which order a player is to try the pathways.

1. One that answers comes before one that does not. None is left out: who is told that nothing is
   there stops playing, and probes may be wrong.
2. Of those that answer, one that is in doubt comes behind, but for who is well on it: nobody is
   sent to where he may not stay by a process that has just begun to look, or to and fro by those
   that have seen different things of a pathway that comes and goes.
3. The one on which a player has just begun comes first, once: what it needs to begin with is on its
   way from there, and would have to come anew. Nor do all players survive it: hls.js 1.6 and 1.7
   load nothing more if their first segment ends between a change of pathways and the playlist
   from there.
4. The one that the player avoids, since it was slow there, comes last of those (``player``).
5. One that is for the player's country comes before one that is for all, and that before one that
   is for others. Where the country is not known, the first two are the same.
6. The one that costs less comes first. So cost decides among equals, and a player that does not get
   what it needs from a cheap pathway leaves it, by 4.
7. Among those that cost the same, sessions are spread by weight: each session draws a number for
   each pathway, out of both their names, and the largest wins (rendezvous hashing, weighted as by
   Schindelhauer and Schomaker). So a session stays where it is, whoever answers it; one pathway
   more takes its share from all others alike, and one that is lost leaves only its own sessions to
   them.
"""

import math
from collections.abc import Collection, Sequence
from hashlib import blake2b
from typing import Final

from cdn.steering.pathway import Pathway
from cdn.steering.player import Player

_BITS: Final = 53
"""As many as a float holds exactly."""


def ordered(
    pathways: Sequence[Pathway],
    silent: Collection[str],
    player: Player,
    doubted: Collection[str] = (),
) -> tuple[Pathway, ...]:
    """Return all pathways, the best for this player first.

    ``silent`` are those without answer, ``doubted`` those that may soon be, or not be any more.
    """

    def standing(pathway: Pathway) -> int:
        if pathway.name in silent:
            return 2
        stays = pathway.name == player.pathway != player.avoid
        return int(pathway.name in doubted and not stays)

    def place(pathway: Pathway) -> tuple[int, bool, bool, int, float, float]:
        return (
            standing(pathway),
            not (player.begins and pathway.name == player.pathway),
            pathway.name == player.avoid,
            _distance(pathway, player.country),
            pathway.cost,
            -drawn(player.session, pathway),
        )

    return tuple(sorted(pathways, key=place))


def drawn(session: str, pathway: Pathway) -> float:
    """Return what a session draws for a pathway: the more, the heavier it is."""
    digest = blake2b(f"{session}\0{pathway.name}".encode(), digest_size=8).digest()
    uniform = ((int.from_bytes(digest, "big") >> (64 - _BITS)) + 0.5) / (1 << _BITS)
    return -pathway.weight / math.log(uniform)


def _distance(pathway: Pathway, country: str | None) -> int:
    if not pathway.regions:
        return 1
    if country is None:
        return 1
    return 0 if country in pathway.regions else 2
