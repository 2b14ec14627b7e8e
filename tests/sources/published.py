"""A store with published assets in it, made by hand: a real index over bytes that are no sound."""

import hashlib
from dataclasses import dataclass
from functools import cache
from random import Random

from obstore.store import LocalStore, MemoryStore, S3Store

from manifests import layout
from manifests.chapters import Chapter, hls_json, podcast_json
from manifests.dash import Mpd, Representation
from manifests.entry import Entry
from manifests.index import (
    Artwork,
    Index,
    Loudness,
    RenditionRecord,
    ReplayGain,
    SegmentRecord,
    Silence,
    SourceRecord,
    StoredObject,
)
from manifests.layout import Revision
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.rendition import Codec
from manifests.variant import Variant

RATE_HZ = 44_100
SEGMENT_TICKS = 258 * 1024
SEGMENTS = 3
RUNGS = {"128k": 128_000, "320k": 320_000}
CHAPTERS = (Chapter("Dawn", 0, 5 * RATE_HZ), Chapter("Dew", 5 * RATE_HZ, 12 * RATE_HZ))
MEDIA_PLAYLIST = b"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n" + b"".join(
    b"#EXTINF:5.990748,\n%05d.m4s\n" % number for number in range(SEGMENTS)
)

AnyStore = LocalStore | MemoryStore | S3Store


@dataclass(frozen=True)
class PublishedAsset:
    """What was put into the store: ``contents`` are the revision's objects by name."""

    entry: Entry
    index: Index
    contents: dict[str, bytes]

    @property
    def path(self) -> str:
        """Where the origin serves the revision."""
        return f"/{self.entry.where.prefix}"


def publish(
    store: AnyStore,
    playback_id: str = "first-light",
    *,
    title: str | None = "First Light",
    created_at: str = "2026-01-02T03:04:05Z",
    changed_at: str | None = "2026-01-02T03:05:00Z",
) -> PublishedAsset:
    """Put one asset of three segments and two rungs into ``store``."""
    where = Revision(f"{playback_id}-asset", "r1")
    contents = _contents()
    index = _index()
    for name, content in contents.items():
        store.put(where.key(name), content)
    store.put(where.key(layout.INDEX), index.to_json())
    entry = Entry(
        playback_id,
        where.asset_id,
        where.revision,
        created_at,
        round(index.duration_s, 6),
        title,
        "The Synths",
        changed_at=changed_at,
    )
    store.put(layout.entry_key(playback_id), entry.to_json())
    return PublishedAsset(entry, index, contents)


def forge(store: AnyStore, asset: PublishedAsset, name: str, forged: bytes | None = None) -> bytes:
    """Put a copy of an asset into ``store`` that has another object of a name, and return that.

    It has as many bytes.
    """
    publish(store, asset.entry.playback_id, title="An impostor")
    where, real = asset.entry.where, asset.contents[name]
    forged = forged or real[::-1]
    was, now = (hashlib.sha256(each).hexdigest().encode() for each in (real, forged))
    store.put(where.key(name), forged)
    store.put(where.key(layout.INDEX), asset.index.to_json().replace(was, now))
    return forged


@cache
def _contents() -> dict[str, bytes]:
    noise = Random(1).randbytes  # noqa: S311 -- incompressible filling, not a secret
    contents = {
        layout.MULTIVARIANT: _multivariant().render().encode(),
        layout.MPD: _mpd().render().encode(),
        layout.WAVEFORM_JSON: b'{"version":2,"data":[' + b"0,1," * 10_000 + b"0]}",
        layout.WAVEFORM_BINARY: noise(500),
        layout.CHAPTERS_JSON: podcast_json(CHAPTERS, RATE_HZ),
        layout.HLS_CHAPTERS_JSON: hls_json(CHAPTERS, RATE_HZ, None),
        layout.artwork_name(320): noise(900),
    }
    for rung, bitrate_bps in RUNGS.items():
        contents[layout.playlist_name(rung)] = MEDIA_PLAYLIST
        contents[layout.init_name(rung)] = noise(700)
        for number in range(SEGMENTS):
            contents[layout.segment_name(rung, number)] = noise(bitrate_bps * 6 // 8)
    return contents


def _multivariant() -> MultivariantPlaylist:
    return MultivariantPlaylist(
        tuple(
            Variant(
                uri=layout.playlist_name(rung),
                bandwidth_bps=bitrate_bps,
                codecs=(Codec.AAC_LC.value,),
            )
            for rung, bitrate_bps in RUNGS.items()
        )
    )


def _mpd() -> Mpd:
    return Mpd(
        tuple(Representation(rung, bps, Codec.AAC_LC) for rung, bps in RUNGS.items()),
        sample_rate_hz=RATE_HZ,
        channels=2,
        durations_ticks=(SEGMENT_TICKS,) * SEGMENTS,
        target_duration_s=6,
    )


@cache
def _index() -> Index:
    contents = _contents()
    documents = (
        layout.MULTIVARIANT,
        layout.MPD,
        layout.WAVEFORM_JSON,
        layout.WAVEFORM_BINARY,
        layout.CHAPTERS_JSON,
        layout.HLS_CHAPTERS_JSON,
    )
    playlists = tuple(map(layout.playlist_name, RUNGS))
    cover = _stored(layout.artwork_name(320), contents)
    return Index(
        samples=SEGMENTS * SEGMENT_TICKS,
        sample_rate_hz=RATE_HZ,
        channels=2,
        target_duration_s=6,
        source=SourceRecord("0" * 64, 1, "wav", "pcm_s16le", RATE_HZ, 2, 16, 1_411_200),
        renditions=tuple(_rendition(rung, bps, contents) for rung, bps in RUNGS.items()),
        loudness=Loudness(-14.2, 5.1, -1.0),
        tags={"title": "First Light", "artist": "The Synths", "album": "Dawn"},
        artwork=(Artwork(cover.name, cover.size_bytes, cover.sha256, 320, 320, "image/jpeg"),),
        placeholder="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        documents=tuple(_stored(name, contents) for name in (*documents, *playlists)),
        versions={"soundbridge": "0.1.0"},
        silence=Silence(head_ticks=441, tail_ticks=44_100),
        replay_gain=ReplayGain(track_gain_db=-3.8),
        chapters=CHAPTERS,
    )


def _rendition(rung: str, bitrate_bps: int, contents: dict[str, bytes]) -> RenditionRecord:
    segments = []
    for number in range(SEGMENTS):
        stored = _stored(layout.segment_name(rung, number), contents)
        start = number * SEGMENT_TICKS
        segments.append(
            SegmentRecord(stored.name, stored.size_bytes, stored.sha256, start, SEGMENT_TICKS)
        )
    init = _stored(layout.init_name(rung), contents)
    return RenditionRecord(
        rung, Codec.AAC_LC, bitrate_bps, bitrate_bps, bitrate_bps, init, tuple(segments)
    )


def _stored(name: str, contents: dict[str, bytes]) -> StoredObject:
    content = contents[name]
    return StoredObject(name, len(content), hashlib.sha256(content).hexdigest())
