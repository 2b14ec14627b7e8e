"""An asset that grows in a store, step by step: what a packager would have written by then."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self

from manifests import growing, layout
from manifests.boxes.box import box
from manifests.chunk_record import ChunkRecord
from manifests.credits import Credits
from manifests.entry import Entry
from manifests.growing import ProvisionalRendition
from manifests.index import Index, RenditionRecord
from tests.sources.provisional_init import PROVISIONAL
from tests.sources.published import AnyStore, PublishedAsset

PROVISIONAL_INIT = PROVISIONAL + box("free", b"provisional")
"""What no other initialization section is."""


@dataclass(frozen=True)
class GrowingAsset:
    """A finished asset that is published anew; ``contents`` are its revision's objects by name.

    ``inits`` are the provisional initialization sections by rung.
    """

    store: AnyStore
    entry: Entry
    index: Index
    contents: Mapping[str, bytes]
    inits: Mapping[str, bytes]

    @classmethod
    def of(cls, finished: PublishedAsset, store: AnyStore) -> Self:
        """Return one of which nothing is stored yet, whose end is that of a finished one."""
        inits = dict.fromkeys((each.rung for each in finished.index.renditions), PROVISIONAL_INIT)
        return cls(store, finished.entry, finished.index, finished.contents, inits)

    def start(self, segments: int) -> None:
        """Store what makes the first segments playable."""
        self._put_growing(layout.CREDITS, Credits(self.entry.artist).to_json())
        for rung, init in self.inits.items():
            self._put_growing(layout.init_name(rung), init)
        self.grow(segments)
        multivariant = growing.multivariant_playlist(self._provisional())
        self._put_growing(layout.MULTIVARIANT, multivariant.render().encode())
        self._put_entry(replace(self.entry, provisional=True))

    def grow(self, segments: int, *, ended: bool = False) -> None:
        """Store all segments up to a number of them, and then the playlists that list them.

        Each is a chunk of its own.
        """
        for rendition in self.index.renditions:
            for number, segment in enumerate(rendition.segments[:segments]):
                self.store.put(self.entry.where.key(segment.name), self.contents[segment.name])
                record_name = layout.chunk_record_name(rendition.rung, number)
                self._put_growing(record_name, ChunkRecord((segment,)).to_json())
            playlist = self._playlist(rendition, segments, ended=ended)
            self._put_growing(layout.playlist_name(rendition.rung), playlist)

    def complete(self) -> None:
        """Store the whole revision, its index last."""
        for name, content in self.contents.items():
            self.store.put(self.entry.where.key(name), content)
        self.store.put(self.entry.where.key(layout.INDEX), self.index.to_json())

    def finish(self) -> None:
        """Store the whole revision, end the playlists, and let the entry say so."""
        self.complete()
        self.grow(len(self.index.renditions[0].segments), ended=True)
        self._put_entry(self.entry)

    def withdraw(self, segments: int) -> None:
        """Take the entry away; what is there plays to its end for who is in the middle of it."""
        self.store.delete(layout.entry_key(self.entry.playback_id))
        self.grow(segments, ended=True)
        self._put_growing(layout.WITHDRAWN, b"{}")

    def clean_up(self) -> None:
        """Remove all that was there only while it grew."""
        for batch in self.store.list(self.entry.where.growing_prefix):
            self.store.delete([found["path"] for found in batch])

    def _provisional(self) -> list[ProvisionalRendition]:
        return [
            ProvisionalRendition(
                rendition.rung,
                rendition.codec,
                rendition.bitrate_bps,
                int(rendition.bitrate_bps * growing.PEAK_FACTOR),
            )
            for rendition in self.index.renditions
        ]

    def _playlist(self, rendition: RenditionRecord, segments: int, *, ended: bool) -> bytes:
        playlist = growing.media_playlist(
            self.entry.where,
            rendition.rung,
            rendition.segments[:segments],
            sample_rate_hz=self.index.sample_rate_hz,
            target_duration_s=self.index.target_duration_s,
            ended=ended,
        )
        return playlist.render().encode()

    def _put_growing(self, name: str, content: bytes) -> None:
        self.store.put(self.entry.where.growing_key(name), content)

    def _put_entry(self, entry: Entry) -> None:
        data = entry.changed_now(datetime.now(UTC)).to_json()
        self.store.put(layout.entry_key(entry.playback_id), data)
