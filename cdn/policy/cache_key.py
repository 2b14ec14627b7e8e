"""What of a request may part two copies of an answer.

This is what every edge configuration is made to do, and is held against. The whole of a key is the
path without a playback token, for some routes the query without what players put there, and for
what is compressed which coding is sent. Neither host nor scheme is in it: one program answers for
one site, and whoever asks by another name gets the same. So nothing that a player says of itself
parts copies: what it measures (CMCD, CTA-5004), what it says to the server of a playlist or of
steering (``_HLS_*``, rfc8216bis §6.2.5), or which token it has. What is written in another way than
it is (``/medi%61/``) has no copy: a purge, which names each object in one way, would not find it.
"""

import re
from dataclasses import dataclass
from typing import Final

from cdn.policy.coding import Coding, coding_at_edge
from cdn.policy.route import UNDER_TOKEN, Query, Route, route_of

OF_PLAYERS: Final = r"(?:CMCD|_HLS_[A-Za-z_]+)"
"""Names of parameters that players add by themselves."""

ODDLY_WRITTEN: Final = r"[%#]|\\|//|/\.{1,2}(?:/|$)"
"""What may stand in a path for something that can be written without it."""

MISLEADING: Final = r"#|\\|//|/\.{1,2}(?:/|$)|%2[eEfF]|%5[cC]|^/(?!v1/).*%"
"""What an origin, or who stands in front of it, might read as a path that plays.

Where an edge demands something of who plays, it refuses what is written like that: it would let in
whoever spells. In PCRE and JavaScript, too.
"""

_PLAYERS_PARAMETER: Final = re.compile(rf"{OF_PLAYERS}(?:=.*)?")


@dataclass(frozen=True, slots=True)
class CacheKey:
    """What two requests have in common that may be given the same copy."""

    path: str
    query: str = ""
    coding: Coding = Coding.IDENTITY
    origin: str = ""


def without_token(path: str) -> tuple[str, str | None]:
    """Return a path and the playback token that stood in front; None where there was none.

    A token counts only in front of what can be under one: elsewhere, it is part of the path.
    """
    found = re.match(UNDER_TOKEN, path)
    if found is None or not route_of(path[found.end() :]).under_token:
        return path, None
    return path[found.end() :], found[1]


def cache_key_of(
    target: str, accept_encoding: str | None = None, origin: str | None = None
) -> CacheKey | None:
    """Return the key of a GET, by its target and two of its fields; None where none is kept."""
    whole_path, _, query = target.partition("?")
    path, _ = without_token(whole_path)
    route = route_of(path)
    if not route.is_kept or re.search(ODDLY_WRITTEN, path):
        return None
    return CacheKey(
        path,
        _kept_of(query, route),
        coding_at_edge(accept_encoding) if route.is_coded else Coding.IDENTITY,
        (origin or "") if route.varies_by_origin else "",
    )


def _kept_of(query: str, route: Route) -> str:
    """Return what of a query counts, its parameters in the order in which they came."""
    if route.query is Query.NOTHING:
        return ""
    parameters = query.split("&")
    return "&".join(each for each in parameters if each and not _PLAYERS_PARAMETER.fullmatch(each))
