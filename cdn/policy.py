"""How long each class of object may be kept, and by whom.

One table says it for browsers, for shared caches and for the CDNs that read targeted headers
(RFC 9213 ``CDN-Cache-Control``, and ``Surrogate-Control``). Everything below a revision is
immutable; what names a revision lives for a minute, or as long as a purger can vouch for it; an
error lives for seconds or not at all, and so needs no tag of an asset to be purged by. An answer
meant for one reader is never stored, whatever its class: ``Audience.ONE`` overrides the table. What
was asked for with a playback token, be it there or not, is stored by browsers, for as long as
without: what they were given is theirs. A CDN that takes the whole URL for its key, and knows
nothing of tokens, would go on giving it away after the token's end; so CDNs are told to store it
only where somebody has said that theirs checks tokens.

The origin's own tiers hold the store's objects by a second table (``Holding``). What they add to
what caches were promised is small: a complete entry reaches a browser within 60 s, as its max-age
says, and 2 s (fresh and then stale, without Redis) or, where a message was lost, 11 s; a growing
playlist within 3 + 2 s or 3 + 3 s.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import lru_cache
from typing import Final


class ObjectClass(StrEnum):
    """What an answer is, as far as caches are concerned; the value is also its cache tag."""

    SEGMENT = "segment"
    INIT = "init"
    MEDIA_PLAYLIST = "media-playlist"
    MULTIVARIANT_PLAYLIST = "multivariant-playlist"
    MPD = "mpd"
    GROWING_PLAYLIST = "growing-playlist"
    PROVISIONAL_INIT = "provisional-init"
    ENTRY_PLAYLIST = "entry-playlist"
    ENTRY_MPD = "entry-mpd"
    PROVISIONAL_ENTRY = "provisional-entry"
    METADATA = "metadata"
    WAVEFORM = "waveform"
    CHAPTERS = "chapters"
    ARTWORK = "artwork"
    PAGE = "page"
    PAGE_ASSET = "page-asset"
    PUBLIC_API = "public-api"
    PARTIAL_LISTING = "partial-listing"
    PRIVATE = "private"
    KEYS = "keys"
    PROBE = "probe"
    NOT_FOUND = "not-found"
    CLIENT_ERROR = "client-error"
    SERVER_ERROR = "server-error"


class Audience(Enum):
    """For whom an answer was made: who asks, who asks with a token, or who authenticated.

    Holders are behind a CDN where that checks each one's token, and leaves it out of its keys.
    """

    ANYONE = auto()
    TOKEN_HOLDERS = auto()
    HOLDERS_BEHIND_CDN = auto()
    ONE = auto()


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Freshness in seconds (RFC 9111 §5.2.2, RFC 5861); ``shared_s`` None means as in browsers."""

    browser_s: int
    shared_s: int | None = None
    stale_while_revalidate_s: int = 0
    stale_if_error_s: int = 0
    public: bool = False
    immutable: bool = False


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """What to tell caches; the three texts are header values."""

    cache_control: str
    cdn_cache_control: str
    surrogate_control: str
    compressible: bool

    @property
    def headers(self) -> dict[str, str]:
        """The policy as response headers."""
        return {
            "Cache-Control": self.cache_control,
            "CDN-Cache-Control": self.cdn_cache_control,
            "Surrogate-Control": self.surrogate_control,
        }


YEAR_S: Final = 31_536_000
DAY_S: Final = 86_400
USUAL_TARGET_DURATION_S: Final = 6
"""That of ladders; where a growing playlist tells no other."""


@dataclass(frozen=True, slots=True)
class Holding:
    """How long the origin's tiers hold an object of the store, in seconds; None is without end.

    ``memory_s`` is for a process that hears of no changes, ``heard_s`` for one that hears of each
    as it is made, unless the message is lost; ``shared_s`` is for Redis, and 0 for not there.
    """

    memory_s: float | None
    heard_s: float | None
    shared_s: int = 0
    stale_while_revalidate_s: float = 0
    stale_if_error_s: float = 0


NOT_HELD: Final = Holding(0, 0)
DOUBTED_S: Final = 10
"""What another store may know better is kept by nobody for longer."""
UNVERIFIED: Final = Holding(60, 60)
"""Immutable, by its name, but nothing says which bytes it should have."""

_NOT_BY_CDNS: Final = "private, no-store"
"""Both, since some look for one of them; who reads this field reads no other (RFC 9213 §2.2)."""

_FOREVER: Final = Lifetime(YEAR_S, public=True, immutable=True)
_ENTRY: Final = Lifetime(60, stale_while_revalidate_s=60, stale_if_error_s=DAY_S)
_ENTRY_PURGED: Final = Lifetime(60, DAY_S, stale_while_revalidate_s=60, stale_if_error_s=DAY_S)

_LIFETIMES: Final = {
    ObjectClass.SEGMENT: _FOREVER,
    ObjectClass.INIT: _FOREVER,
    ObjectClass.MEDIA_PLAYLIST: _FOREVER,
    ObjectClass.MULTIVARIANT_PLAYLIST: _FOREVER,
    ObjectClass.MPD: _FOREVER,
    ObjectClass.WAVEFORM: _FOREVER,
    ObjectClass.CHAPTERS: _FOREVER,
    ObjectClass.ARTWORK: _FOREVER,
    ObjectClass.PAGE_ASSET: _FOREVER,
    ObjectClass.ENTRY_PLAYLIST: _ENTRY,
    ObjectClass.ENTRY_MPD: _ENTRY,
    ObjectClass.METADATA: _ENTRY,
    ObjectClass.PROVISIONAL_ENTRY: Lifetime(2),
    ObjectClass.PROVISIONAL_INIT: Lifetime(60),
    ObjectClass.PAGE: Lifetime(0, public=True),
    ObjectClass.KEYS: Lifetime(300, stale_if_error_s=DAY_S, public=True),
    ObjectClass.PUBLIC_API: Lifetime(0, 30, stale_while_revalidate_s=60, public=True),
    ObjectClass.NOT_FOUND: Lifetime(5),
}
"""Classes that may be stored; every class that is not here may not."""

_HELD: Final = Holding(None, None, shared_s=3600)
_HELD_ENTRY: Final = Holding(1, 10, stale_while_revalidate_s=1, stale_if_error_s=DAY_S)
_HELD_GROWING: Final = Holding(1, 2, stale_while_revalidate_s=1, stale_if_error_s=30)
_HELD_ABSENCE: Final = Holding(1, 1)

_COMPRESSIBLE: Final = frozenset(
    {
        ObjectClass.MEDIA_PLAYLIST,
        ObjectClass.MULTIVARIANT_PLAYLIST,
        ObjectClass.MPD,
        ObjectClass.GROWING_PLAYLIST,
        ObjectClass.ENTRY_PLAYLIST,
        ObjectClass.ENTRY_MPD,
        ObjectClass.PROVISIONAL_ENTRY,
        ObjectClass.METADATA,
        ObjectClass.WAVEFORM,
        ObjectClass.CHAPTERS,
        ObjectClass.PAGE,
        ObjectClass.PAGE_ASSET,
        ObjectClass.PUBLIC_API,
        ObjectClass.PARTIAL_LISTING,
        ObjectClass.PRIVATE,
        ObjectClass.KEYS,
    }
)
"""What is said to one reader is, too, for it holds no secret.

What does, as a new API key, answers a POST and is never compressed: beside what another may have
put in, its size would give the secret away, guess by guess (BREACH).
"""


@lru_cache(maxsize=256)  # it is asked for with every answer
def policy_for(
    object_class: ObjectClass,
    *,
    audience: Audience = Audience.ANYONE,
    target_duration_s: int = USUAL_TARGET_DURATION_S,
    purged: bool = False,
    doubted: bool = False,
) -> CachePolicy:
    """Decide what caches are told about one answer.

    ``purged`` says that a purger is configured: a change of entry then reaches the CDN at once, so
    that a CDN may keep entries for a day. Browsers, which nobody can purge, never do.
    ``doubted`` says that a store which cannot be asked now may know better (``origin.stores``).
    ``target_duration_s`` matters to growing playlists alone (RFC 8216 §6.3.4: a player reloads
    after half of it where nothing changed).
    """
    compressible = object_class in _COMPRESSIBLE
    if audience is Audience.ONE or object_class is ObjectClass.PRIVATE:
        return CachePolicy("private, no-store", "no-store", "no-store", compressible)
    lifetime = _lifetime(object_class, target_duration_s, purged=purged)
    if lifetime is not None and doubted:
        lifetime = Lifetime(min(lifetime.browser_s, DOUBTED_S), public=lifetime.public)
    if lifetime is None:
        return CachePolicy("no-store", "no-store", "no-store", compressible)
    cache_control = _cache_control(lifetime, shared=audience is Audience.ANYONE)
    if audience is Audience.TOKEN_HOLDERS:
        return CachePolicy(cache_control, _NOT_BY_CDNS, _NOT_BY_CDNS, compressible)
    return CachePolicy(
        cache_control,
        _cdn_cache_control(lifetime),
        ", ".join(_shared_directives(lifetime)),
        compressible,
    )


def holding_for(object_class: ObjectClass) -> Holding:
    """Decide how long the origin's own tiers hold what answers of a class are made of."""
    lifetime = _LIFETIMES.get(object_class)
    if lifetime is _FOREVER:
        return _HELD
    if lifetime is _ENTRY:
        return _HELD_ENTRY
    if object_class in {ObjectClass.GROWING_PLAYLIST, ObjectClass.PROVISIONAL_INIT}:
        return _HELD_GROWING
    if object_class is ObjectClass.NOT_FOUND:
        return _HELD_ABSENCE
    return NOT_HELD


def _lifetime(
    object_class: ObjectClass, target_duration_s: int, *, purged: bool
) -> Lifetime | None:
    if object_class is ObjectClass.GROWING_PLAYLIST:
        return Lifetime(max(1, target_duration_s // 2))
    lifetime = _LIFETIMES.get(object_class)
    return _ENTRY_PURGED if lifetime is _ENTRY and purged else lifetime


def _cache_control(lifetime: Lifetime, *, shared: bool) -> str:
    directives = [] if shared else ["private"]
    if shared and lifetime.public:
        directives.append("public")
    directives.append(f"max-age={lifetime.browser_s}")
    if lifetime.shared_s is None and lifetime.browser_s == 0:
        directives.append("must-revalidate")
    if lifetime.shared_s is not None and shared:
        directives.append(f"s-maxage={lifetime.shared_s}")
    directives += _stale_directives(lifetime)
    if lifetime.immutable:
        directives.append("immutable")
    return ", ".join(directives)


def _cdn_cache_control(lifetime: Lifetime) -> str:
    directives = _shared_directives(lifetime)
    if lifetime.immutable:
        directives.append("immutable")
    return ", ".join(directives)


def _shared_directives(lifetime: Lifetime) -> list[str]:
    shared_s = lifetime.browser_s if lifetime.shared_s is None else lifetime.shared_s
    return [f"max-age={shared_s}", *_stale_directives(lifetime)]


def _stale_directives(lifetime: Lifetime) -> list[str]:
    directives = []
    if lifetime.stale_while_revalidate_s:
        directives.append(f"stale-while-revalidate={lifetime.stale_while_revalidate_s}")
    if lifetime.stale_if_error_s:
        directives.append(f"stale-if-error={lifetime.stale_if_error_s}")
    return directives
