"""What caches are told about one answer.

It is told to browsers, to shared caches and to the CDNs that read targeted headers (RFC 9213
``CDN-Cache-Control``, and ``Surrogate-Control``). Everything below a revision is immutable; what
names a revision lives for a minute, or as long as a purger can vouch for it; an error lives for
seconds or not at all, and so needs no tag of an asset to be purged by. An answer meant for one
reader is never stored, whatever its class: ``Audience.ONE`` overrides the table. What was asked for
with a playback token, be it there or not, is stored by browsers, for as long as without: what they
were given is theirs. A CDN that takes the whole URL for its key, and knows nothing of tokens, would
go on giving it away after the token's end; so CDNs are told to store it only where somebody has
said that theirs checks tokens.
"""

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from cdn.policy.lifetime import USUAL_TARGET_DURATION_S, Lifetime, lifetime_of
from cdn.policy.object_class import COMPRESSIBLE, ObjectClass

DOUBTED_S: Final = 10
"""What another store may know better is kept by nobody for longer."""

_NOT_BY_CDNS: Final = "private, no-store"
"""Both, since some look for one of them; who reads this field reads no other (RFC 9213 §2.2)."""


class Audience(Enum):
    """For whom an answer was made: who asks, who asks with a token, or who authenticated.

    Holders are behind a CDN where that checks each one's token, and leaves it out of its keys.
    """

    ANYONE = auto()
    TOKEN_HOLDERS = auto()
    HOLDERS_BEHIND_CDN = auto()
    ONE = auto()


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


@lru_cache(maxsize=256)  # it is asked for with every answer
def policy_for(
    object_class: ObjectClass,
    *,
    audience: Audience = Audience.ANYONE,
    target_duration_s: int = USUAL_TARGET_DURATION_S,
    purged: bool = False,
    doubted: bool = False,
    remaining_s: int | None = None,
) -> CachePolicy:
    """Decide what caches are told about one answer.

    ``purged`` says that a purger is configured: a change of entry then reaches the CDN at once, so
    that a CDN may keep entries for a day. Browsers, which nobody can purge, never do.
    ``doubted`` says that a store which cannot be asked now may know better (``origin.stores``).
    ``remaining_s`` is for how long an answer can hold at most, None for as long as its class does.
    ``target_duration_s`` matters to growing playlists alone.
    """
    compressible = object_class in COMPRESSIBLE
    if audience is Audience.ONE or object_class is ObjectClass.PRIVATE:
        return CachePolicy("private, no-store", "no-store", "no-store", compressible)
    lifetime = lifetime_of(object_class, target_duration_s=target_duration_s, purged=purged)
    for at_most_s in (DOUBTED_S if doubted else None, remaining_s):
        if lifetime is not None and at_most_s is not None:
            lifetime = Lifetime(min(lifetime.browser_s, at_most_s), public=lifetime.public)
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
    return [f"max-age={lifetime.in_shared_caches_s}", *_stale_directives(lifetime)]


def _stale_directives(lifetime: Lifetime) -> list[str]:
    directives = []
    if lifetime.stale_while_revalidate_s:
        directives.append(f"stale-while-revalidate={lifetime.stale_while_revalidate_s}")
    if lifetime.stale_if_error_s:
        directives.append(f"stale-if-error={lifetime.stale_if_error_s}")
    return directives
