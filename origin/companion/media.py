"""Where packaged sound is, for the rooms that change what of it plays."""

from dataclasses import dataclass

from obstore.store import ObjectStore

from origin.cache.tell import Tell, tell_nobody


@dataclass(frozen=True, slots=True)
class Media:
    """The store that is written to; ``tell`` is given the keys of what has changed there."""

    store: ObjectStore
    tell: Tell = tell_nobody
