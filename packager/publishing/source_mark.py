"""Of which source a revision is that is being made: the mark by which a later run may take it up.

It tells how the source begins, at least as far as what is recorded was made from, and is stored
before that is recorded; in any case before the index, it tells all of the source. A source that is
known by its SHA-256 from the start has none, since the revision's id says it.
"""

import json

from manifests import layout
from packager.errors import StoreFailed
from packager.publishing.publication import Publication
from packager.publishing.storage import Storage
from packager.source.digest import Beginning, SourceDigest


class SourceMark:
    """The mark of one growing revision; its methods raise StoreFailed and SourceNotFound."""

    def __init__(self, publication: Publication, digest: SourceDigest, size_bytes: int) -> None:
        self._publication = publication
        self._digest = digest
        self._size_bytes = size_bytes
        self._is_needed = not digest.fingerprint().is_whole
        self._ours: Beginning | None = None
        self._there: Beginning | None = None

    def cover(self, end_bytes: int) -> None:
        """Let it tell so much of the source, or all, before anything tells of what comes of that.

        Raises StoreFailed where it is there already, of a source that begins otherwise.
        """
        wanted_bytes = min(end_bytes, self._size_bytes)
        covered_bytes = self._ours.size_bytes if self._ours is not None else 0
        if self._is_needed and wanted_bytes > covered_bytes:
            self._say(self._digest.beginning(wanted_bytes))

    def finish(self) -> None:
        """Let it tell all of the source; raises StoreFailed where it tells of another by now."""
        if self._is_needed:
            self._say(self._digest.beginning(self._size_bytes))

    def _say(self, beginning: Beginning) -> None:
        storage, where = self._publication.storage, self._publication.where
        text = json.dumps({"size_bytes": beginning.size_bytes, "sha256": beginning.sha256}).encode()
        if self._there is None and storage.create(where.growing_key(layout.SOURCE), text):
            self._there = self._ours = beginning
            return
        there = read_mark(storage, where)
        if there not in {None, self._there, beginning} and not self._digest.begins_with(there):
            raise StoreFailed(
                "Another run is making a revision of another file in its place. Package again."
            )
        if there is None or there.size_bytes < beginning.size_bytes:
            self._publication.put_growing({layout.SOURCE: text})
            there = beginning
        self._there, self._ours = there, beginning


def read_mark(storage: Storage, where: layout.Revision) -> Beginning | None:
    """Return what the mark of a growing revision says, None where nothing can be read of it."""
    data = storage.read(where.growing_key(layout.SOURCE))
    try:
        fields = json.loads(data or b"")
        size_bytes, sha256 = fields["size_bytes"], fields["sha256"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(size_bytes, int) or not isinstance(sha256, str) or size_bytes <= 0:
        return None
    return Beginning(size_bytes, sha256)
