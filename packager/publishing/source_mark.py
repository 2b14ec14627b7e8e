"""Of which source a revision is that is being made: the mark by which a later run may take it up.

It is stored as soon as the source has been hashed, which is after its first chunk plays, and in any
case before the index, which then says the same.
"""

import json

from manifests import layout
from packager.errors import StoreFailed
from packager.publishing.publication import Publication
from packager.publishing.storage import Storage
from packager.source.digest import SourceDigest


class SourceMark:
    """The mark of one growing revision; its methods raise StoreFailed and SourceNotFound."""

    def __init__(self, publication: Publication, digest: SourceDigest) -> None:
        self._publication = publication
        self._digest = digest
        self._is_stored = False

    def advance(self) -> None:
        """Store it where the hash is known by now."""
        sha256 = self._digest.known_sha256()
        if sha256 is not None:
            self._store(sha256)

    def finish(self) -> None:
        """Store it, and wait for the hash where that is not known."""
        self._store(self._digest.sha256())

    def _store(self, sha256: str) -> None:
        if self._is_stored:
            return
        there = read_mark(self._publication.storage, self._publication.where)
        if there not in {None, sha256}:
            raise StoreFailed(
                "Another run is making a revision of another file in its place. Package again."
            )
        if there is None:
            text = json.dumps({"sha256": sha256})
            self._publication.put_growing({layout.SOURCE: text.encode()})
        self._is_stored = True


def read_mark(storage: Storage, where: layout.Revision) -> str | None:
    """Return what the mark of a growing revision says, None where nothing can be read of it."""
    data = storage.read(where.growing_key(layout.SOURCE))
    try:
        sha256 = json.loads(data or b"")["sha256"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return sha256 if isinstance(sha256, str) else None
