"""Who says what a playback id plays, and what becomes of a revision that was not finished.

``InStore`` is alone with the store: the entry object is all there is, and nobody will come back to
what ends early. A queue has its own publisher, where a row decides.
"""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol

from manifests import layout
from manifests.entry import Entry
from manifests.errors import ManifestError
from manifests.layout import Revision
from packager.errors import PackagingError, StoreFailed
from packager.publishing.publication import Publication
from packager.publishing.storage import Storage
from packager.publishing.withdrawal import Withdrawal, take_back, withdraw


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
        self._key = layout.entry_key(playback_id)
        self._before = storage.read(self._key)
        self._last = self._before

    def provisional(self, entry: Entry) -> None:
        """Write the entry, unless there is one of a complete revision."""
        before = _entry_in(self._before)
        if before is None or before.provisional:
            self._write(entry.to_json())

    def final(self, entry: Entry) -> None:
        """Write the entry."""
        self._write(entry.to_json())

    def gave_up(self, publication: Publication, error: BaseException) -> None:
        """Bring back the entry from before, and take the revision away.

        Where it played already, and its source turned out bad, those who listen have a while. What
        another run has published in the meantime stays.
        """
        where = publication.where
        with suppress(StoreFailed):
            found = self._storage.read(self._key)
            if publication.is_complete_elsewhere():
                if found == self._last:
                    self._write(self._before)
                return
            played = _plays(self._last, where)
            if found == self._last or _plays(found, where):
                self._last = found
                self._write(None if _plays(self._before, where) else self._before)
            if played and isinstance(error, PackagingError) and not isinstance(error, StoreFailed):
                _withdraw(publication.storage, where, error)
            else:
                take_back(publication.storage, where)

    def _write(self, entry: bytes | None) -> None:
        if entry == self._last:
            return
        self._last = entry
        if entry is None:
            self._storage.delete_all((self._key,))
        else:
            self._storage.put(self._key, entry)


def withdraw_begun(
    storage: Storage, asset_id: str, playback_id: str, error: PackagingError
) -> None:
    """Withdraw what an asset still plays of an earlier run, which did not end by itself.

    This run's ``error`` came before anything is known of its own revision; what was stored then
    can be taken up again until the grace has passed.
    """
    key = layout.entry_key(playback_id)
    with suppress(StoreFailed):
        entry = _entry_in(storage.read(key))
        if entry is None or not entry.provisional or entry.asset_id != asset_id:
            return
        if isinstance(error, StoreFailed) or _is_complete(storage, entry.where):
            return
        storage.delete_all((key,))
        _withdraw(storage, entry.where, error)


def _withdraw(storage: Storage, where: Revision, error: PackagingError) -> None:
    withdrawal = Withdrawal.at(datetime.now(UTC))
    withdraw(storage, where, withdrawal)
    error.add_note(f"It played already. {withdrawal.sentence}")


def _is_complete(storage: Storage, where: Revision) -> bool:
    return Publication(storage, where).existing_index() is not None


def _plays(data: bytes | None, where: Revision) -> bool:
    entry = _entry_in(data)
    return entry is not None and entry.where == where


def _entry_in(data: bytes | None) -> Entry | None:
    try:
        return None if data is None else Entry.from_json(data)
    except ManifestError:
        return None
