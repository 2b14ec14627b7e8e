"""Open a source as what it must be: one local file of audio, in a container that we chose to take.

libavformat would rather be helpful: it follows playlists, concat scripts and SDP to other files
and hosts. The demuxer list and the protocol list below leave it no such means, whatever the file
calls itself. Every error of libav is translated here into one that a creator understands.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

from packager.errors import CorruptSource, UnsupportedSource
from packager.source.arrival import BUFFER_BYTES, open_arriving

# Without this, libav's own lines would reach the creator's terminal beside our one sentence.
av.logging.set_level(None)

_DEMUXERS: Final = (
    "aac", "ac3", "aiff", "au", "caf", "eac3", "flac", "matroska", "mov", "mp3", "ogg", "tta",
    "wav", "wv",
)  # fmt: skip
_TIMEOUT_S: Final = 30.0
_KEEPS_UNKNOWN_BYTES: Final = 19
_TEXT_OPTIONS: Final[dict[str, Any]] = (
    # Bytes of unknown encoding survive for `tags`: always in PyAV 19, before that where asked for.
    {}
    if int(av.__version__.partition(".")[0]) >= _KEEPS_UNKNOWN_BYTES
    else {"metadata_errors": "surrogateescape"}
)

NOT_AUDIO: Final = (
    "This is not a sound file that can be read. Upload WAV, FLAC, AIFF, ALAC, MP3, AAC (M4A), "
    "Ogg Vorbis or Opus; if it is one of these, it is damaged: export it again."
)
NO_SOUND: Final = "There is no sound in this file. Upload a file with an audio track."
DAMAGED: Final = (
    "The sound in this file is damaged and cannot be read to its end. "
    "Export or download it again, then upload the new file."
)


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A source that is open, and the stream in it that is packaged."""

    container: InputContainer
    stream: AudioStream


@contextmanager
def open_source(path: Path) -> Iterator[OpenSource]:
    """Open the sound in the file at ``path``; the caller's block ends its life.

    Raises UnsupportedSource or CorruptSource.
    """
    with ExitStack() as opened:
        try:
            arriving = open_arriving(path)
            if arriving is not None:
                opened.enter_context(arriving)
            container = av.open(
                arriving or str(path.absolute()),  # absolute: no part of it reads as a protocol
                **_TEXT_OPTIONS,
                options={"format_whitelist": ",".join(_DEMUXERS), "protocol_whitelist": "file"},
                buffer_size=BUFFER_BYTES,
                timeout=_TIMEOUT_S,
            )
        except (FFmpegError, OSError, ValueError) as error:
            raise UnsupportedSource(NOT_AUDIO) from error
        opened.enter_context(container)
        yield OpenSource(container, _sound_of(container))


def _sound_of(container: InputContainer) -> AudioStream:
    stream = container.streams.best("audio")
    if not isinstance(stream, AudioStream):
        raise UnsupportedSource(NO_SOUND)
    # PyAV has no codec context for a stream whose codec this build of libavcodec lacks.
    if getattr(stream, "codec_context", None) is None:
        raise UnsupportedSource(NOT_AUDIO)
    return stream


@contextmanager
def reading() -> Iterator[None]:
    """Translate what libav raises while a source that did open is read."""
    try:
        yield
    except FFmpegError as error:
        raise CorruptSource(DAMAGED) from error
