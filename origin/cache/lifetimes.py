"""How long a tier may hold an object, by its key. Pure; the times are in ``cdn.policy``.

The folder of a key says whether the object may change. Below a revision nothing ever does, but the
store may be wrong about it: only what an index lists, and was held against that, has no end.
"""

from typing import Final

from cdn.policy.holding import NOT_HELD, UNVERIFIED, Holding, holding_for
from cdn.policy.object_class import ObjectClass
from manifests.layout import ARTWORK_PREFIX, ENTRY_PREFIX, GROWING_PREFIX, INDEX, MEDIA_PREFIX

_ENTRY: Final = holding_for(ObjectClass.ENTRY_PLAYLIST)
_GROWING: Final = holding_for(ObjectClass.GROWING_PLAYLIST)
LISTED: Final = holding_for(ObjectClass.SEGMENT)
MISSING: Final = holding_for(ObjectClass.NOT_FOUND)


def holding_of(key: str, *, is_listed: bool) -> Holding:
    """Return how long the object may be held; ``is_listed`` says that its digest is known."""
    folder, _, rest = key.partition("/")
    if folder == ENTRY_PREFIX:
        return _ENTRY
    if folder == GROWING_PREFIX:
        return _GROWING
    if folder == MEDIA_PREFIX and is_listed:
        return LISTED
    if folder == ARTWORK_PREFIX:
        return UNVERIFIED
    if folder == MEDIA_PREFIX and not rest.endswith(f"/{INDEX}"):
        return UNVERIFIED
    return NOT_HELD


def is_purged_for(key: str) -> bool:
    """Tell whether caches are purged of what is made of an object, whenever it changes."""
    return key.startswith(f"{ENTRY_PREFIX}/")


def may_change(key: str) -> bool:
    """Tell whether the object called so can be another one later."""
    return not key.startswith(f"{MEDIA_PREFIX}/")


def is_growing(key: str) -> bool:
    """Tell whether the object is one of an asset that is being packaged."""
    return key.startswith(f"{GROWING_PREFIX}/")


def leads_to_others(key: str) -> bool:
    """Tell whether other objects may have appeared before this one, or another in its place."""
    return is_growing(key) or key.startswith(f"{ENTRY_PREFIX}/")
