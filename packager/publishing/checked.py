"""Objects that are in a store as they were sent, and here as they are in the store.

A flipped bit leaves a body its length, and nothing on its way need notice: neither a line without
TLS, nor a proxy, nor memory. Some servers compare what they get with the SHA-256 that its signature
covers, and refuse; others never do. So what they answer is compared here: where an entity tag does
not fit what was sent, the object is read, and put again if it is another. Where it does not fit
what came, the object is read again.

In some buckets tags look like digests and fit nothing, and a bucket may become one of those, or
cease to be one, at any time. It shows where an object is as it was sent under a tag that does not
fit, or comes out the same several times: what flips a bit flips another one the next time. From
there on tags are not looked at, not even where some are digests: each of the others would take
several readings. What is published can still be held against the digests in its index.
"""

from typing import Final, Literal

import obstore
from obstore.store import ObjectStore

from packager.publishing.answers import pause, whole_answer
from packager.publishing.entity_tags import digest_in, digest_of

_TRIES: Final = 5
_AGREEING: Final = 3

Mode = Literal["create", "overwrite"]


class Altered(ValueError):
    """What goes into the store, or comes out of it, is another each time."""


class CheckedStore:
    """A store; its methods raise what obstore does, and Altered."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._has_other_tags = False  # once it is known, by whichever thread, it stays so

    def get(self, key: str) -> bytes:
        """Return an object's bytes."""
        readings: list[tuple[bytes, str | None]] = []
        for failures in range(_TRIES):
            if failures:
                pause(failures)
            data, tag = self._read(key)
            if self._fits(tag, data):
                return data
            readings.append((data, tag))
            if readings[-_AGREEING:] == [(data, tag)] * _AGREEING:
                self._has_other_tags = True
                return data
        raise Altered(f"{key} never comes out as its entity tag says")

    def put(self, key: str, data: bytes, mode: Mode) -> None:
        """Store an object; AlreadyExistsError tells that one is there which ``create`` spares."""
        for failures in range(_TRIES):
            if failures:
                pause(failures)
                mode = "overwrite"  # what is there is ours
            tag = self._write(key, data, mode)
            if self._fits(tag, data) or not self._is_altered(key, data, tag):
                return
        raise Altered(f"{key} never arrives as it was sent")

    def _is_altered(self, key: str, data: bytes, tag: str | None) -> bool:
        """Look at what was just put; what somebody else has made of it since is left alone."""
        try:
            found, tag_found = self._read(key)
        except FileNotFoundError:
            return False
        if found == data:
            self._has_other_tags = True
        return found != data and tag_found == tag

    def _fits(self, tag: str | None, data: bytes) -> bool:
        """Tell whether nothing speaks against these bytes."""
        said = digest_in(tag)
        return self._has_other_tags or said is None or said == digest_of(data)

    def _read(self, key: str) -> tuple[bytes, str | None]:
        found = whole_answer(lambda: obstore.get(self._store, key))
        return bytes(found.bytes()), found.meta["e_tag"]

    def _write(self, key: str, data: bytes, mode: Mode) -> str | None:
        put = whole_answer(
            # Parts would be under way at once, and their tag is another.
            lambda: obstore.put(self._store, key, data, mode=mode, use_multipart=False)
        )
        return put["e_tag"]
