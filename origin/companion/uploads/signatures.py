"""What a file is, by its first bytes. Pure.

A picture or an archive is refused before all of it has come; what may be sound, and what nobody can
tell, is left to the worker, who looks inside in a sandbox.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from origin.delivery.errors import MediaTypeUnsupported

FIRST_BYTES: Final = 64
"""What is looked at."""
LEAST_BYTES: Final = 16
"""Fewer tell nothing."""


class NotSound(MediaTypeUnsupported):
    """The file is something else than sound."""

    code = "not_sound"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"This is {what}, not a sound file. Upload WAV, FLAC, AIFF, ALAC, MP3, AAC (M4A), "
            "Ogg Vorbis or Opus."
        )


class Kind(Enum):
    """What the first bytes say."""

    SOUND = auto()
    UNKNOWN = auto()


_SOUND: Final = re.compile(
    rb"(?:RIFF|RF64|BW64|RIFX)....WAVE|fLaC|OggS|FORM....AIF[FC]|ID3|caff|\.snd|wvpk|TTA[12]"
    rb"|\x1aE\xdf\xa3|\x0bw|riff\x2e\x91\xcf\x11|....(?:ftyp|moov|mdat|free|skip|wide|pnot)"
    rb"|\xff[\xe0-\xff]",
    re.DOTALL,
)
_OTHER: Final[Mapping[str, re.Pattern[bytes]]] = {
    what: re.compile(pattern, re.DOTALL | re.IGNORECASE)
    for what, pattern in (
        ("a picture", (rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|II\*\0|MM\0\*|BM.{4}\0{4}"
         rb"|8BPS|....ftyp(?:avif|heic|heix|mif1)")),
        ("a document", rb"%PDF-|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|\{\\rtf"),
        ("an archive", (rb"PK[\x03\x05\x07][\x04\x06\x08]|\x1f\x8b|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07"
         rb"|BZh[1-9]|\xfd7zXZ\0|\x28\xb5\x2f\xfd")),
        ("a program", rb"\x7fELF|MZ.{2}|#!|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe"),
        ("a web page", rb"\s*<(?:!doctype|html|head|\?xml|svg|script)"),
        ("a MIDI file, which has notes and no sound", rb"MThd"),
        ("a playlist", rb"#EXTM3U|ffconcat version|\[playlist\]"),
        ("an AVI video", rb"RIFF....AVI "),
        ("a database", rb"SQLite format 3\0"),
    )
}  # fmt: skip


def check_sound(first: bytes) -> Kind:
    """Tell whether a file that begins like this may be sound; raises NotSound."""
    text = first[:FIRST_BYTES].removeprefix(b"\xef\xbb\xbf")
    for what, pattern in _OTHER.items():
        if pattern.match(text):
            raise NotSound(what)
    return Kind.SOUND if _SOUND.match(text) else Kind.UNKNOWN
