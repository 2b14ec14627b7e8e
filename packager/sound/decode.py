"""One pass over a source: blocks of float samples at its own rate, mixed down to its ladder's.

Timestamps lie, so samples are counted instead, and held against what the header promised. Every
block is checked for values that no sound has (NaN, Inf, absurd levels), which an encoder must
never see. Mixing down is libswresample's, with its documented coefficients: centre and surround at
-3 dB (ITU-R BS.775), no low-frequency effects, the sum scaled so that it cannot pass full scale.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import InvalidDataError, PatchWelcomeError

from packager.errors import CorruptSource
from packager.limits import Limits
from packager.sound.samples import LAYOUTS, Block, block_of
from packager.source.complete import CUT_OFF
from packager.source.container import DAMAGED, OpenSource, open_source, reading
from packager.source.facts import Probe
from packager.source.length import check_length

_BLOCK_SAMPLES: Final = 65_536
_LOOKED_AHEAD_BYTES: Final = 2**18
_TELLS_ALL_IN_FRONT: Final = frozenset({"wav", "aiff", "flac", "au"})
"""Containers whose header tells the length, and lies in front of the sound."""
_LOUDEST: Final = 1_000.0
"""60 dB over full scale: nothing means to be so loud, and the encoder's arithmetic breaks there."""
_MIX: Final = {"rematrix_maxval": "1.0"}
_CHECKSUMS: Final = {"err_detect": "crccheck+explode"}
_SLACK_S: Final = 0.1
"""How far a lossy file's header may be off: MP4 rounds to milliseconds, encoders add delay."""
_DAMAGE: Final = (InvalidDataError, PatchWelcomeError)
_DAMAGED_SHARE: Final = 0.01


@dataclass(slots=True)
class Extent:
    """How much of a file, from its beginning on, what was decoded so far follows from."""

    end_bytes: int

    @classmethod
    def of(cls, probe: Probe, size_bytes: int) -> Self:
        """Return it before anything was decoded: all, where that may hang on the file's end."""
        is_promised = probe.lossless and probe.promised_samples is not None
        is_told_in_front = is_promised and probe.container in _TELLS_ALL_IN_FRONT
        return cls(0 if is_told_in_front else size_bytes)

    def reach(self, position: int, size_bytes: int) -> None:
        """Take in a packet, and what libavformat may have looked at behind it."""
        self.end_bytes = max(self.end_bytes, position + size_bytes + _LOOKED_AHEAD_BYTES)


def decode(
    path: Path, probe: Probe, channels: int, limits: Limits, extent: Extent | None = None
) -> Iterator[Block]:
    """Yield the sound of the file at ``path`` in blocks of ``channels`` channels.

    ``extent`` is kept up to how far that has been read. Raises CorruptSource where it is damaged,
    cut off or no sound, SourceTooLarge where it goes on for longer than the limits allow.
    """
    counted = 0
    with open_source(path) as source, reading():
        for block in _mixed(_frames(source, probe, extent or Extent(0)), channels):
            heard = block[:, : probe.samples - counted] if probe.ends_early else block
            if heard.shape[1] == 0:
                break
            counted += heard.shape[1]
            check_length(counted, probe.sample_rate_hz, limits)
            yield _checked(heard)
    _check_promise(counted, probe)


def _frames(source: OpenSource, probe: Probe, extent: Extent) -> Iterator[AudioFrame]:
    """Decode packet by packet; a lossy stream may have a few that do not decode, as on the air."""
    if probe.lossless:
        source.stream.codec_context.options = _CHECKSUMS
    packets = damaged = 0
    for packet in source.container.demux(source.stream):
        packets += 1
        extent.reach(packet.pos or 0, packet.size)
        try:
            yield from packet.decode()
        except _DAMAGE:
            damaged += 1
            if probe.lossless:
                raise
    if damaged > packets * _DAMAGED_SHARE:
        raise CorruptSource(DAMAGED)


def _mixed(frames: Iterable[AudioFrame], channels: int) -> Iterator[Block]:
    mixer = AudioResampler(
        format="fltp", layout=LAYOUTS[channels], frame_size=_BLOCK_SAMPLES, options=_MIX
    )
    for frame in frames:
        try:
            mixed = mixer.resample(_placed(frame))
        except ValueError as error:
            raise CorruptSource(
                "This file changes its sample rate or channels on the way. "
                "Export it again as one recording."
            ) from error
        yield from map(block_of, mixed)
    yield from map(block_of, mixer.resample(None))


def _placed(frame: AudioFrame) -> AudioFrame:
    """Return the frame without its timestamp, and with a channel layout that has a name.

    Damaged AAC may go on with dozens of channels: those are left for the mixer to refuse.
    """
    named = LAYOUTS.get(len(frame.layout.channels))
    if "channels" in frame.layout.name and named is not None:
        rate_hz = frame.sample_rate
        frame = AudioFrame.from_ndarray(frame.to_ndarray(), frame.format.name, named)
        frame.sample_rate = rate_hz
    frame.pts = None
    return frame


def _checked(block: Block) -> Block:
    peak = max(block.max(initial=0.0), -block.min(initial=0.0))
    if not peak <= _LOUDEST:  # written so that NaN fails it too
        raise CorruptSource(
            "This file holds values that are no sound (not a number, infinite or absurdly loud). "
            "Export it again, with 16 or 24 bits."
        )
    return block


def _check_promise(counted: int, probe: Probe) -> None:
    slack = 1 if probe.lossless else round(_SLACK_S * probe.sample_rate_hz)
    if probe.promised_samples is not None and counted < probe.promised_samples - slack:
        raise CorruptSource(CUT_OFF)
    if counted == 0:
        raise CorruptSource("This file has a header, but no sound after it. Export it again.")
