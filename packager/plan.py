"""What will be made of a source, decided before any of it is decoded, and what then came of it.

Values only: whoever stores and publishes needs them, and no decoder.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from manifests.chapters import Chapter
from manifests.index import Loudness, ReplayGain, Silence
from manifests.rendition import Ladder
from packager.encoding.boundaries import Timeline
from packager.source.cover import ArtworkSet
from packager.source.facts import Probe


@dataclass(frozen=True, slots=True)
class Plan:
    """A source that was found fit, and its ladder.

    ``codec_configs`` has the AudioSpecificConfig of each rung by name; ``expected_samples`` is a
    prediction, in ticks of the ladder's rate. ``tags`` are the source's own, by lower-case name;
    ``notes`` tell the creator what may be missed.
    """

    probe: Probe
    tags: Mapping[str, str]
    ladder: Ladder
    codec_configs: Mapping[str, bytes]
    expected_samples: int
    notes: tuple[str, ...]
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known once all of the sound was read.

    ``chapters`` are in order on the timeline; ``notes`` tell the creator what may be missed.
    """

    timeline: Timeline
    loudness: Loudness
    silence: Silence
    waveform_json: bytes
    waveform_binary: bytes
    replay_gain: ReplayGain
    chapters: tuple[Chapter, ...]
    artwork: ArtworkSet
    notes: tuple[str, ...]
