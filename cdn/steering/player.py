"""What a player says when it asks where to go, and what it brings along from the last answer.

``_HLS_pathway`` and ``_HLS_throughput`` are the player's own (rfc8216bis §7): the pathway that it
uses, and the bits per second that it has seen there. ``session`` and ``avoid`` are ours: they stood
in the RELOAD-URI that it was given. Anybody may write anything there, and harms nobody but himself:
what cannot be read was not said, and nothing of it is kept here. So it is no hint on the health of
a pathway, either: who lies about it would move others.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

SLOW_BPS: Final = 400_000
"""Less does not carry the rung of 320 kbit/s: what costs less, or is nearer, is no bargain then."""
_SESSION: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_DIGITS_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class Player:
    """One that asks; ``avoid`` is the pathway on which it was slow, ``country`` where it is.

    One that ``begins`` asks for the first time.
    """

    session: str
    pathway: str | None = None
    throughput_bps: int | None = None
    avoid: str | None = None
    country: str | None = None
    begins: bool = False


def read_player(
    query: Mapping[str, str], names: Collection[str], *, new_session: str, country: str | None
) -> Player:
    """Return who asks; ``new_session`` is whose it is that has asked nothing yet.

    One that reports little from a pathway avoids that one from then on. The first one only, so that
    who is slow everywhere does not change sides for ever; and not with its first question, as by
    then a player has measured nothing and says what it was built with.
    """
    session = query.get("session", "")
    is_known = _SESSION.fullmatch(session) is not None
    pathway = _one_of(names, query.get("_HLS_pathway"))
    throughput_bps = _bps(query.get("_HLS_throughput"))
    avoid = _one_of(names, query.get("avoid"))
    is_slow = throughput_bps is not None and throughput_bps < SLOW_BPS
    if avoid is None and is_known and is_slow:
        avoid = pathway
    name = session if is_known else new_session
    return Player(name, pathway, throughput_bps, avoid, country, begins=not is_known)


def _one_of(names: Collection[str], text: str | None) -> str | None:
    """Return the pathway that is meant, None for none of ours; some players quote it."""
    name = "" if text is None else text.strip('"')
    return name if name in names else None


def _bps(text: str | None) -> int | None:
    if text is None or not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX):
        return None
    return int(text)
