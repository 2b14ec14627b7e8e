"""The MPD of the same segments (ISO/IEC 23009-1): one static period, one adaptation set a codec.

Within a set clients switch freely, and expect one decoder to take everything in it. A lossless
rendition therefore has its own set, which names the other as one that may be switched to; clients
begin with AAC, which every one of them can play and every network carry.

Times are those of the presentation, after the edit list of the initialization section. The tracks'
``tfdt`` counts from the encoder's priming on, and the edit list takes that away: Media Source
Extensions in browsers and ffmpeg both apply it. A ``presentationTimeOffset`` would take it away a
second time: Shaka Player 5.2 in Chromium then loses the first 34 ms of a track that it otherwise
buffers from 0 to its exact end. So there is none, and the first segment's duration is what is heard
of it, as EXTINF is in HLS.
"""

from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Final
from xml.etree import ElementTree as ET

from manifests.errors import ManifestError
from manifests.rendition import Codec

PROFILES: Final = "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019"
MEDIA_TEMPLATE: Final = "$RepresentationID$/$Number%05d$.m4s"
INIT_TEMPLATE: Final = "$RepresentationID$/init.mp4"
_CHANNELS: Final = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
_ROLE: Final = "urn:mpeg:dash:role:2011"
_SWITCHING: Final = "urn:mpeg:dash:adaptation-set-switching:2016"
_PRIORITIES: Final = {Codec.AAC_LC: 2, Codec.FLAC: 1}
"""Where there is a choice, the set with the higher number comes first."""

_PERIOD: Final = "  <Period"
_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Representation:
    """One rendition; ``id`` is its folder."""

    id: str
    bandwidth_bps: int
    codec: Codec


@dataclass(frozen=True, slots=True)
class Mpd:
    """A static presentation of one sound in several renditions with the same boundaries.

    ``durations_ticks`` are of what is heard of each segment, in ticks of ``sample_rate_hz``;
    ``title`` is text that XML 1.0 can hold, ``language`` a tag of RFC 5646.
    """

    representations: tuple[Representation, ...]
    sample_rate_hz: int
    channels: int
    durations_ticks: tuple[int, ...]
    target_duration_s: int
    title: str | None = None
    language: str | None = None

    def render(self) -> str:
        """Return the MPD's text."""
        longest_ticks = max(self.durations_ticks, default=0)
        attributes = {
            "xmlns": "urn:mpeg:dash:schema:mpd:2011",
            "profiles": PROFILES,
            "type": "static",
            "mediaPresentationDuration": self._seconds(sum(self.durations_ticks)),
            "maxSegmentDuration": self._seconds(longest_ticks),
            "minBufferTime": f"PT{self.target_duration_s}S",
        }
        root = ET.Element("MPD", attributes)
        if self.title is not None:
            information = ET.SubElement(root, "ProgramInformation")
            ET.SubElement(information, "Title").text = self.title
        period = ET.SubElement(root, "Period", {"id": "0", "start": "PT0S"})
        codecs = list(dict.fromkeys(one.codec for one in self.representations))
        for number, codec in enumerate(codecs):
            others = [str(other) for other in range(len(codecs)) if other != number]
            self._add_sound(period, number, codec, others)
        ET.indent(root)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, "unicode")}\n'

    def _seconds(self, ticks: int) -> str:
        """Spell ticks as an xs:duration, rounded up to a microsecond so that nothing is cut off."""
        us = -(-ticks * _US // self.sample_rate_hz)
        return f"PT{us // _US}.{us % _US:06d}S"

    def _add_sound(self, period: ET.Element, number: int, codec: Codec, others: list[str]) -> None:
        attributes = {
            "id": str(number),
            "contentType": "audio",
            "mimeType": "audio/mp4",
            "segmentAlignment": "true",
            "startWithSAP": "1",
            "audioSamplingRate": str(self.sample_rate_hz),
        }
        if self.language is not None:
            attributes["lang"] = self.language
        if others:
            attributes["selectionPriority"] = str(_PRIORITIES[codec])
        sound = ET.SubElement(period, "AdaptationSet", attributes)
        channels = {"schemeIdUri": _CHANNELS, "value": str(self.channels)}
        ET.SubElement(sound, "AudioChannelConfiguration", channels)
        if others:
            switching = {"schemeIdUri": _SWITCHING, "value": ",".join(others)}
            ET.SubElement(sound, "SupplementalProperty", switching)
        ET.SubElement(sound, "Role", {"schemeIdUri": _ROLE, "value": "main"})
        self._add_timeline(sound)
        for one in self.representations:
            if one.codec is codec:
                described = {"id": one.id, "bandwidth": str(one.bandwidth_bps), "codecs": codec}
                ET.SubElement(sound, "Representation", described)

    def _add_timeline(self, sound: ET.Element) -> None:
        attributes = {
            "timescale": str(self.sample_rate_hz),
            "initialization": INIT_TEMPLATE,
            "media": MEDIA_TEMPLATE,
            "startNumber": "0",
        }
        template = ET.SubElement(sound, "SegmentTemplate", attributes)
        timeline = ET.SubElement(template, "SegmentTimeline")
        start = {"t": "0"}
        for duration_ticks, run in groupby(self.durations_ticks):
            repeated = sum(1 for _ in run) - 1
            repeat = {"r": str(repeated)} if repeated else {}
            ET.SubElement(timeline, "S", start | {"d": str(duration_ticks)} | repeat)
            start = {}


def with_base_url(mpd: str, base_url: str) -> str:
    """Return an MPD as it reads from elsewhere: its relative URLs are resolved by ``base_url``."""
    before, period, after = mpd.partition(_PERIOD)
    if not period:
        raise ManifestError("the MPD has no Period", tag="MPD", section="ISO/IEC 23009-1 §5.3.1")
    return f"{before}  <BaseURL>{escape(base_url, quote=False)}</BaseURL>\n{period}{after}"
