"""Objects that are in a store as they were sent, and here as they are in the store.

A flipped bit leaves a body its length, and nothing on its way need notice: neither a line without
TLS, nor a proxy, nor memory. Some servers compare what they get with the SHA-256 that its signature
covers, and refuse; others never do. So what they answer is compared here: where an entity tag does
not fit what was sent, the object is read, and put again if it is another. Where it does not fit
what came, the object is read again (``entity_tags``). Where tags are no digests, what is published
can still be held against the digests in its index.
"""

from typing import Final, Literal

import obstore
from obstore.store import ObjectStore

from packager.publishing.answers import pause, whole_answer
from packager.publishing.entity_tags import READINGS_MAX, Reading, StoreTags

_PUTS_MAX: Final = 5

Mode = Literal["create", "overwrite"]


class Altered(ValueError):
    """What goes into the store, or comes out of it, is another each time."""


class CheckedStore:
    """A store; its methods raise what obstore does, and Altered."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._tags = StoreTags()

    def get(self, key: str) -> bytes:
        """Return an object's bytes."""
        readings: list[Reading] = []
        for failures in range(READINGS_MAX):
            if failures:
                pause(failures)
            readings.append(self._read(key))
            if self._tags.vouch(readings):
                return readings[-1].data
        raise Altered(f"{key} never comes out as its entity tag says")

    def put(self, key: str, data: bytes, mode: Mode) -> None:
        """Store an object; AlreadyExistsError tells that one is there which ``create`` spares."""
        for failures in range(_PUTS_MAX):
            if failures:
                pause(failures)
                mode = "overwrite"  # what is there is ours
            tag = self._write(key, data, mode)
            if self._tags.fit(tag, data) or not self._is_altered(key, data, tag):
                return
        raise Altered(f"{key} never arrives as it was sent")

    def _is_altered(self, key: str, data: bytes, tag: str | None) -> bool:
        """Look at what was just put; what somebody else has made of it since is left alone."""
        try:
            found, tag_found = self._read(key)
        except FileNotFoundError:
            return False
        if found == data:
            self._tags.are_others()
        return found != data and tag_found == tag

    def _read(self, key: str) -> Reading:
        found = whole_answer(lambda: obstore.get(self._store, key))
        return Reading(bytes(found.bytes()), found.meta["e_tag"])

    def _write(self, key: str, data: bytes, mode: Mode) -> str | None:
        put = whole_answer(
            # Parts would be under way at once, and their tag is another.
            lambda: obstore.put(self._store, key, data, mode=mode, use_multipart=False)
        )
        return put["e_tag"]
