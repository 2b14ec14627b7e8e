"""The chapters that a source is divided into, wherever its container keeps them.

libavformat reads those of MP4 (text tracks, which win, and ``chpl``), Matroska and WebM, ID3 CHAP,
Vorbis comments and FLAC cue sheets. ``vorbis_chapters`` and ``id3_contents`` have what it leaves
out. Nothing that a file says of time is believed: ``placed`` brings order into it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from av.container import InputContainer

from manifests.chapters import Chapter
from packager.source import text
from packager.source.id3_contents import Contents, read_contents
from packager.source.vorbis_chapters import names_in, starts_s_in

MAX_CHAPTERS: Final = 1_000
"""Audiobooks have 200, and every media playlist repeats them all."""
MAX_TITLE_LENGTH: Final = 250
_MAX_RAW_LENGTH: Final = 16 * MAX_TITLE_LENGTH
_TOO_MANY: Final = (
    f"The source has more than {MAX_CHAPTERS} chapters; those after the first {MAX_CHAPTERS} were "
    "left out."
)

_ID3: Final = "mp3"
_VORBIS_COMMENTS: Final = frozenset({"ogg", "flac"})


@dataclass(frozen=True, slots=True)
class SourceChapter:
    """A chapter as the source tells it; ``end_s`` is None where it does not."""

    title: str
    start_s: Fraction
    end_s: Fraction | None = None


class SourceChapters(NamedTuple):
    """The first ``MAX_CHAPTERS`` chapters of a source; ``notes`` tell its creator of more."""

    chapters: tuple[SourceChapter, ...]
    notes: tuple[str, ...]


def read_chapters(container: InputContainer, path: Path) -> SourceChapters:
    """Return the chapters of the source at ``path``, which is open."""
    found = _read(container)
    if container.format.name in _VORBIS_COMMENTS:
        found = _with_comments(found, _comments(container))
    elif container.format.name == _ID3 and found:
        found = _listed(found, read_contents(path))
    titles = text.repair({str(number): chapter.title for number, chapter in found.items()})
    chapters = tuple(
        replace(chapter, title=text.clean(titles[str(number)], MAX_TITLE_LENGTH))
        for number, chapter in islice(found.items(), MAX_CHAPTERS)
    )
    return SourceChapters(chapters, (_TOO_MANY,) if len(found) > MAX_CHAPTERS else ())


def placed(
    chapters: Iterable[SourceChapter], samples: int, sample_rate_hz: int
) -> tuple[Chapter, ...]:
    """Place chapters on ``samples`` samples of sound, in order, without overlaps.

    Each ends where the next one begins, or before. Of those that begin together the shortest
    stays: the others are parts that it is the first chapter of.
    """
    spans = sorted(
        (_clamped(chapter, samples, sample_rate_hz) for chapter in chapters),
        key=lambda span: (span.start_ticks, -span.duration_ticks),
    )
    starts = [span.start_ticks for span in spans]
    cut = (
        replace(span, duration_ticks=min(span.duration_ticks, end_ticks - span.start_ticks))
        for span, end_ticks in zip(spans, [*starts, samples][1:], strict=True)
    )
    return tuple(chapter for chapter in cut if chapter.duration_ticks)


def _clamped(chapter: SourceChapter, samples: int, sample_rate_hz: int) -> Chapter:
    start = min(max(round(chapter.start_s * sample_rate_hz), 0), samples)
    end = samples
    if chapter.end_s is not None and chapter.end_s > chapter.start_s:
        end = min(max(round(chapter.end_s * sample_rate_hz), start), samples)
    return Chapter(chapter.title, start, end - start)


def _read(container: InputContainer) -> dict[int, SourceChapter]:
    """Return what libavformat found, as far as one more than is taken, by its numbers."""
    found = {}
    for chapter in islice(container.chapters(), MAX_CHAPTERS + 1):
        base = chapter["time_base"]
        if base is not None:
            found[chapter["id"]] = SourceChapter(
                chapter["metadata"].get("title", "")[:_MAX_RAW_LENGTH],
                chapter["start"] * base,
                chapter["end"] * base,
            )
    return found


def _comments(container: InputContainer) -> Mapping[str, str]:
    sound = container.streams.best("audio")
    return {**container.metadata, **({} if sound is None else sound.metadata)}


def _with_comments(
    found: dict[int, SourceChapter], comments: Mapping[str, str]
) -> dict[int, SourceChapter]:
    """Return the chapters with those, and the names of those, that libavformat passed over."""
    names = names_in(comments)
    untitled = {number: SourceChapter("", start) for number, start in starts_s_in(comments).items()}
    return {
        number: replace(chapter, title=chapter.title or names.get(number, ""))
        for number, chapter in (untitled | found).items()
    }


def _listed(found: dict[int, SourceChapter], contents: Contents) -> dict[int, SourceChapter]:
    """Return the chapters that the table of contents lists.

    libavformat counts the CHAP frames from 0, and gives those without a title their id for one.
    """
    listed = {}
    for number, chapter in found.items():
        frame_id = contents.frame_id(number)
        if contents.lists(frame_id):
            is_titled = chapter.title != frame_id
            listed[number] = chapter if is_titled else replace(chapter, title="")
    return listed
