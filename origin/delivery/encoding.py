"""Which content coding a client gets (RFC 9110 §12.5.3). Pure.

Identity is acceptable unless the client says otherwise, but comes after every coding that it names:
who writes ``gzip;q=0.5`` prefers that to nothing. Among equals the order of the offer decides.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cdn.policy.coding import Coding

_WEIGHT: Final = re.compile(r"[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_ALIASES: Final = {"x-gzip": Coding.GZIP.value}  # RFC 9110 §8.4.1.3
_UNMENTIONED: Final = 0.0001
"""Below every weight that can be written: acceptable, but last."""
_REMEMBERED: Final = 256
"""Browsers and CDNs ask in a few ways. A header has some kilobytes at most."""


@lru_cache(maxsize=_REMEMBERED)
def negotiate(accept_encoding: str | None, offered: tuple[Coding, ...]) -> Coding | None:
    """Choose among ``offered``, best first; None means that the client refuses all of them.

    No header leaves the choice to us (§12.5.3) and gets identity, which every client can read.
    """
    if accept_encoding is None:
        return Coding.IDENTITY
    weights = _parse(accept_encoding)
    best = max(offered, key=lambda coding: _weight(coding, weights))
    return best if _weight(best, weights) > 0 else None


def _weight(coding: Coding, weights: Mapping[str, float]) -> float:
    default = weights.get("*", _UNMENTIONED if coding is Coding.IDENTITY else 0.0)
    return weights.get(coding, default)


def _parse(header: str) -> dict[str, float]:
    """Return weights by coding in lower case; elements that break the grammar are left out."""
    weights: dict[str, float] = {}
    for element in header.split(","):
        name, semicolon, parameter = element.partition(";")
        coding = name.strip(" \t").lower()
        match = _WEIGHT.fullmatch(parameter.strip(" \t"))
        if not coding or (semicolon and match is None):
            continue
        weights[_ALIASES.get(coding, coding)] = 1.0 if match is None else float(match[1])
    return weights
