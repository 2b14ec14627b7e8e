"""One source, read once: first its plan, then its chunks as access units, then what was found.

Everything that looks into a source's bytes happens here, and nothing that stores: what comes out
are plain values.
"""

from collections.abc import Collection, Generator
from pathlib import Path

from packager.encoding.encode import codec_config
from packager.encoding.encoded import ChunkId, EncodedChunk
from packager.encoding.parallel import encode_all
from packager.extras import NO_EXTRAS, Extras
from packager.ladder import choose
from packager.limits import Limits
from packager.plan import Finding, Plan
from packager.processors import usable_processors
from packager.sound.one_pass import Sound
from packager.sound.silence import silence_notes
from packager.source.artwork import make_artwork
from packager.source.attached_picture import find_cover
from packager.source.chapters import placed, read_chapters
from packager.source.container import open_source
from packager.source.probe import probe
from packager.source.replay_gain import read_replay_gain
from packager.source.tags import read_tags
from packager.versions import versions


class Reading:
    """The reading of the file at ``path``; ``plan``, ``chunks`` and ``finding``, in this order.

    ``workers`` is how many chunks are encoded at a time, by default one for each core that may be
    used; it changes no byte. Each step raises PackagingError.
    """

    def __init__(
        self,
        path: Path,
        limits: Limits,
        workers: int | None = None,
        extras: Extras = NO_EXTRAS,
    ) -> None:
        self._path = path
        self._workers = workers or usable_processors()
        probed = probe(path, limits)
        ladder, notes = choose(probed, extras)
        with open_source(path) as source:
            tags = read_tags(source.container)
        self._sound = Sound(path, probed, ladder, limits)
        self.plan = Plan(
            probe=probed,
            tags=tags,
            ladder=ladder,
            codec_configs={rung.name: codec_config(ladder, rung) for rung in ladder.rungs},
            expected_samples=self._sound.expected_samples,
            notes=notes,
            versions=versions(),
        )

    def chunks(self, done: Collection[ChunkId] = ()) -> Generator[EncodedChunk]:
        """Decode, measure and encode; yield every chunk but those ``done``. Once only; close it."""
        return encode_all(self.plan.ladder, self._sound.chunks(), self._workers, done)

    def finding(self) -> Finding:
        """Return what the whole of the source told, after the last chunk."""
        measured, timeline = self._sound.measured(), self._sound.timeline
        samples, rate_hz = timeline.samples, self.plan.ladder.sample_rate_hz
        with open_source(self._path) as source:
            replay_gain = read_replay_gain(source.container)
            chapters, chapter_notes = read_chapters(source.container, self._path)
            artwork = make_artwork(find_cover(source.container))
        return Finding(
            timeline=timeline,
            loudness=measured.loudness,
            silence=measured.silence,
            waveform_json=measured.waveform.to_json(),
            waveform_binary=measured.waveform.to_binary(),
            replay_gain=replay_gain,
            chapters=placed(chapters, samples, rate_hz),
            artwork=artwork,
            notes=(*silence_notes(measured.silence, samples, rate_hz), *chapter_notes),
        )
