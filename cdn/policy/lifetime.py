"""How long each class of object may be kept, by browsers and by caches that many share."""

from dataclasses import dataclass
from typing import Final

from cdn.policy.object_class import ObjectClass

YEAR_S: Final = 31_536_000
DAY_S: Final = 86_400
TOKEN_CHECK_S: Final = 60
"""How long an edge goes by what it was told of a token, at most."""
GROWING_STALE_S: Final = 30
"""How long what grows is worth more than an error: players go on with it, and ask again."""
USUAL_TARGET_DURATION_S: Final = 6
"""That of ladders; where a growing playlist tells no other."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Freshness in seconds (RFC 9111 §5.2.2, RFC 5861); ``shared_s`` None means as in browsers."""

    browser_s: int
    shared_s: int | None = None
    stale_while_revalidate_s: int = 0
    stale_if_error_s: int = 0
    public: bool = False
    immutable: bool = False

    @property
    def in_shared_caches_s(self) -> int:
        """For how long it is fresh in caches that many share."""
        return self.browser_s if self.shared_s is None else self.shared_s


FOREVER: Final = Lifetime(YEAR_S, public=True, immutable=True)
ENTRY: Final = Lifetime(60, stale_while_revalidate_s=60, stale_if_error_s=DAY_S)
ENTRY_PURGED: Final = Lifetime(60, DAY_S, stale_while_revalidate_s=60, stale_if_error_s=DAY_S)

_LIFETIMES: Final = {
    ObjectClass.SEGMENT: FOREVER,
    ObjectClass.INIT: FOREVER,
    ObjectClass.MEDIA_PLAYLIST: FOREVER,
    ObjectClass.MULTIVARIANT_PLAYLIST: FOREVER,
    ObjectClass.MPD: FOREVER,
    ObjectClass.WAVEFORM: FOREVER,
    ObjectClass.CHAPTERS: FOREVER,
    ObjectClass.ARTWORK: FOREVER,
    ObjectClass.PAGE_ASSET: FOREVER,
    ObjectClass.ENTRY_PLAYLIST: ENTRY,
    ObjectClass.ENTRY_MPD: ENTRY,
    ObjectClass.METADATA: ENTRY,
    ObjectClass.PROVISIONAL_ENTRY: Lifetime(2, stale_if_error_s=GROWING_STALE_S),
    ObjectClass.PROVISIONAL_INIT: Lifetime(60, stale_if_error_s=GROWING_STALE_S),
    ObjectClass.PAGE: Lifetime(0, public=True),
    ObjectClass.KEYS: Lifetime(300, stale_if_error_s=DAY_S, public=True),
    ObjectClass.TOKEN_CHECK: Lifetime(TOKEN_CHECK_S),
    ObjectClass.PUBLIC_API: Lifetime(0, 30, stale_while_revalidate_s=60, public=True),
    ObjectClass.NOT_FOUND: Lifetime(5),
}
"""Classes that may be stored; every class that is not here may not."""


def lifetime_of(
    object_class: ObjectClass,
    *,
    target_duration_s: int = USUAL_TARGET_DURATION_S,
    purged: bool = False,
) -> Lifetime | None:
    """Return for how long a class may be kept, None where it may not be stored.

    ``purged`` says that a purger is configured, ``target_duration_s`` is that of a growing playlist
    (RFC 8216 §6.3.4: a player reloads after half of it where nothing changed).
    """
    if object_class is ObjectClass.GROWING_PLAYLIST:
        fresh_s = max(1, target_duration_s // 2)
        return Lifetime(fresh_s, stale_if_error_s=GROWING_STALE_S)
    lifetime = _LIFETIMES.get(object_class)
    return ENTRY_PURGED if lifetime is ENTRY and purged else lifetime
