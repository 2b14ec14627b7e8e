"""Why an asset could not be made, in words for its creator, and what to do. Pure.

The codes are those that the packager and the queue give. What they say beside is told where it is
about the source; all else is about this machine, and is in its log.
"""

from dataclasses import dataclass
from typing import Final

OBJECTS_MISSING: Final = "objects_missing"
"""The store has lost, or altered, something of what was packaged."""

UNKNOWN: Final = "packaging_failed"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened and what to do.

    ``can_retry`` tells whether the same source may succeed another time, and ``is_of_source``
    whether what was said of it helps its creator.
    """

    sentence: str
    remedy: str
    can_retry: bool = True
    is_of_source: bool = False


_TRY_AGAIN: Final = "Try again; if it fails again, tell whoever runs this server."

EXPLANATIONS: Final = {
    UNKNOWN: Explanation("It could not be packaged.", _TRY_AGAIN),
    "unsupported_source": Explanation(
        "This is not audio that is taken here.",
        "Upload WAV, AIFF, FLAC, ALAC, MP3, AAC, Ogg Vorbis or Opus.",
        can_retry=False,
        is_of_source=True,
    ),
    "corrupt_source": Explanation(
        "The file is damaged or not complete.",
        "Export it again and see that it plays to its end, then upload that.",
        can_retry=False,
        is_of_source=True,
    ),
    "source_too_large": Explanation(
        "It is longer or larger than what is taken here.",
        "Split it, or upload a shorter one.",
        can_retry=False,
        is_of_source=True,
    ),
    "source_not_found": Explanation(
        "What was uploaded is not there any more.", "Upload it again.", can_retry=False
    ),
    "address_refused": Explanation(
        "Its URL leads to no public address.", "Upload the file instead.", can_retry=False
    ),
    "source_mismatch": Explanation(
        "What came is not the file that was announced: its SHA-256 differs.",
        "Upload the file again, with the digest of that very file.",
        can_retry=False,
        is_of_source=True,
    ),
    "source_changed": Explanation(
        "The file was changed while it was being packaged.",
        "Wait until nothing writes to it, then try again.",
    ),
    "encoder_failed": Explanation("The encoder gave up; your file is not to blame.", _TRY_AGAIN),
    "store_failed": Explanation(
        "The storage did not take, or not keep, what was packaged.", _TRY_AGAIN
    ),
    "source_crashed": Explanation(
        "Reading it broke the program that reads, which no sound file should do.",
        "Export it again with another program, and upload that.",
    ),
    "source_stalled": Explanation(
        "Reading it did not get on any more.",
        "Try again; if it fails again, export it with another program and upload that.",
    ),
    "source_too_demanding": Explanation(
        "Reading it takes more memory or time than a source of any length should.",
        "Export it as WAV or FLAC and upload that.",
    ),
    "reader_lost": Explanation("The program that reads it was ended from outside.", _TRY_AGAIN),
    "worker_died": Explanation(
        "The packaging worker was lost each time that it was at work on this.", _TRY_AGAIN
    ),
    "unexpected": Explanation("Something went wrong on our side.", _TRY_AGAIN),
    OBJECTS_MISSING: Explanation(
        "It was packaged, and the storage has lost some of it since.",
        "Try again: what is missing is made anew from what you uploaded.",
    ),
}  # fmt: skip


def explain(code: str | None) -> Explanation:
    """Return what a code means; a newer packager than this may have others."""
    return EXPLANATIONS.get(code or UNKNOWN, EXPLANATIONS[UNKNOWN])
