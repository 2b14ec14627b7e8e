"""Who says what a playback id plays, and what becomes of a revision that was not finished.

``InStore`` is alone with the store: the entry object is all there is, and nobody will come back to
what ends early. A queue has its own publisher, where a row decides.
"""

from datetime import UTC, datetime
from typing import Final, Protocol

from manifests import layout
from manifests.entry import Entry
from manifests.errors import ManifestError
from manifests.layout import Revision
from packager.errors import PackagingError, ReaderLost, RevisionGone, StoreFailed
from packager.publishing.growing import end_playlists
from packager.publishing.publication import Publication
from packager.publishing.storage import Storage
from packager.publishing.withdrawal import Withdrawal, clear, take_back, withdraw

_SURROUNDINGS: Final = (StoreFailed, ReaderLost)
"""Nothing is wrong with the source where these end it, nor with what was made of it."""


class Publisher(Protocol):
    """Publishes one asset; whatever it raises ends the packaging."""

    def provisional(self, entry: Entry) -> None:
        """Let a growing revision play, unless a complete one does."""

    def final(self, entry: Entry) -> None:
        """Let a complete revision play."""

    def gave_up(self, publication: Publication, error: BaseException) -> None:
        """Decide what becomes of what is stored, after ``error`` ended the packaging early."""


class InStore:
    """Publishes by writing the entry object; its methods raise StoreFailed."""

    def __init__(self, storage: Storage, playback_id: str) -> None:
        self._storage = storage
        self._playback_id = playback_id
        self._key = layout.entry_key(playback_id)
        self._before = storage.read(self._key)
        self._last = self._before

    def provisional(self, entry: Entry) -> None:
        """Write the entry, unless there is one of a complete revision."""
        before = _entry_in(self._before)
        if before is None or before.provisional:
            self._publish(entry)

    def final(self, entry: Entry) -> None:
        """Write the entry."""
        self._publish(entry)

    def began_at(self, where: Revision, now: str) -> str:
        """Return when an earlier run let this revision play, by its entry; ``now`` if none did."""
        before = _entry_in(self._before)
        return before.created_at if before is not None and before.where == where else now

    def gave_up(self, publication: Publication, error: BaseException) -> None:
        """Bring back the entry from before, and take the revision away.

        Where it played already, and its source turned out bad, those who listen have a while. What
        another run has published in the meantime stays. Where the store failed, or the reader was
        ended from outside, all stays as if this had been killed: the next run goes on there.
        """
        if isinstance(error, _SURROUNDINGS) and not isinstance(error, RevisionGone):
            error.add_note(
                "What is stored stays. To go on there, package again with "
                f"--asset-id {publication.where.asset_id} --playback-id {self._playback_id}."
            )
            return
        try:
            self._undo(publication, error)
        except StoreFailed as failed:
            error.add_note(
                f"Not all that it stored could be taken away again ({failed}); "
                "`soundbridge gc` removes it after a day."
            )

    def _undo(self, publication: Publication, error: BaseException) -> None:
        where = publication.where
        is_complete = publication.is_complete_elsewhere()
        found = self._storage.read(self._key)
        if is_complete:
            if found == self._last:
                self._bring_back()
            return
        played = _plays(self._last, where)
        if found == self._last or _plays(found, where):
            self._last = found
            if _plays(self._before, where):
                self._write(None)
            else:
                self._bring_back()
        if publication.is_complete_elsewhere():  # it may have become that just now
            return
        if played and isinstance(error, PackagingError) and not isinstance(error, StoreFailed):
            _withdraw(publication, error)
        else:
            take_back(publication.storage, where)
            if not isinstance(error, PackagingError):
                error.add_note("What it had stored was taken away again.")

    def _bring_back(self) -> None:
        """Let the entry object say again what it did; that is a change, too."""
        before = _entry_in(self._before)
        if before is None:
            self._write(self._before)
        else:
            self._publish(before)

    def _publish(self, entry: Entry) -> None:
        last = _entry_in(self._last)
        if last is None or last != entry or last.changed is None:
            self._write(entry.changed_now(datetime.now(UTC)).to_json())

    def _write(self, data: bytes | None) -> None:
        if data == self._last:
            return
        self._last = data
        if data is None:
            self._storage.delete_all((self._key,))
        else:
            self._storage.put(self._key, data)


def _withdraw(publication: Publication, error: PackagingError) -> None:
    storage, where = publication.storage, publication.where
    withdrawal = Withdrawal.at(datetime.now(UTC))
    withdraw(storage, where, withdrawal)
    index = publication.existing_index()
    if index is None:
        error.add_note(f"It played already. {withdrawal.sentence}")
    else:  # another run has completed it after all
        clear(storage, where)
        end_playlists(publication, index)


def _plays(data: bytes | None, where: Revision) -> bool:
    entry = _entry_in(data)
    return entry is not None and entry.where == where


def _entry_in(data: bytes | None) -> Entry | None:
    try:
        return None if data is None else Entry.from_json(data)
    except ManifestError:
        return None
