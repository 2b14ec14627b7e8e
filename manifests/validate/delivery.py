"""Rules on how an object is delivered: whether it can be read at all, and as what it is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from manifests.validate.finding import Severity
from manifests.validate.rule import RuleSet, Violation

ONE_PACKET_BYTES: Final = 1400
"""A playlist that fits into one packet arrives no sooner when it is compressed."""

PLAYLIST_TYPES: Final = frozenset({"application/vnd.apple.mpegurl", "audio/mpegurl"})
MEDIA_TYPES: Final = frozenset(
    {
        "application/mp4",
        "audio/aac",
        "audio/ac3",
        "audio/eac3",
        "audio/mp4",
        "audio/mpeg",
        "video/iso.segment",
        "video/mp2t",
        "video/mp4",
    }
)


class ObjectKind(StrEnum):
    """What an object is to the presentation."""

    PLAYLIST = "playlist"
    INITIALIZATION_SECTION = "initialization section"
    SEGMENT = "segment"


class Outcome(StrEnum):
    """What came of asking for an object."""

    READ = "read"
    FAILED = "failed"
    REFUSED = "refused"
    """The playlist points where a playlist may not: another scheme, outside of the folder."""
    SKIPPED = "skipped"
    """It lies beyond what is being checked."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one object arrived. ``problem`` says why it was not read, as the end of a sentence.

    The last four fields are None or 0 where no HTTP server was asked; ``media_type`` comes
    without parameters, in lower case; ``size_bytes`` counts what is left after decompression.
    """

    uri: str
    kind: ObjectKind
    outcome: Outcome = Outcome.READ
    problem: str = ""
    size_bytes: int = 0
    media_type: str | None = None
    content_encoding: str | None = None
    redirects: int = 0

    @property
    def was_served(self) -> bool:
        """Whether an HTTP server sent it."""
        return self.outcome is Outcome.READ and urlsplit(self.uri).scheme in {"http", "https"}


RULES: Final[RuleSet[Delivery]] = RuleSet()


@RULES.rule(
    "URI-UNREADABLE",
    Severity.ERROR,
    "RFC 8216 §6.2.1",
    "Everything that a playlist names can be fetched.",
)
def _is_readable(delivery: Delivery) -> Iterator[Violation]:
    if delivery.outcome is Outcome.FAILED:
        yield Violation(f"this {delivery.kind} cannot be read: {delivery.problem}")


@RULES.rule(
    "URI-REFUSED",
    Severity.ERROR,
    "RFC 8216 §4.1, §10",
    "A playlist names HTTP resources or relative ones, and none outside of its store.",
)
def _stays_inside(delivery: Delivery) -> Iterator[Violation]:
    if delivery.outcome is Outcome.REFUSED:
        yield Violation(f"this {delivery.kind} was not read: {delivery.problem}")


@RULES.rule(
    "URI-NOT-CHECKED",
    Severity.INFO,
    "RFC 8216 §4.1",
    "An object beyond what is being checked is left alone.",
)
def _is_within_reach(delivery: Delivery) -> Iterator[Violation]:
    if delivery.outcome is Outcome.SKIPPED:
        yield Violation(f"this {delivery.kind} was not checked: {delivery.problem}")


@RULES.rule(
    "HTTP-PLAYLIST-UNIDENTIFIABLE",
    Severity.ERROR,
    "RFC 8216 §4",
    "A playlist is known by its Content-Type or by a path that ends in .m3u8 or .m3u.",
)
def _playlist_is_identifiable(delivery: Delivery) -> Iterator[Violation]:
    if not _is_served_playlist(delivery) or delivery.media_type in PLAYLIST_TYPES:
        return
    if not urlsplit(delivery.uri).path.endswith((".m3u8", ".m3u")):
        yield Violation(
            f"neither its path nor its Content-Type ({delivery.media_type or 'none'}) says that it "
            "is a playlist"
        )


@RULES.rule(
    "HTTP-PLAYLIST-TYPE",
    Severity.WARNING,
    "Apple HLS authoring 10.4",
    "A playlist is sent as application/vnd.apple.mpegurl.",
)
def _playlist_has_its_media_type(delivery: Delivery) -> Iterator[Violation]:
    if _is_served_playlist(delivery) and delivery.media_type not in PLAYLIST_TYPES:
        yield Violation(
            f"it is sent as {delivery.media_type or 'nothing'}, not as "
            "application/vnd.apple.mpegurl"
        )


@RULES.rule(
    "HTTP-PLAYLIST-UNCOMPRESSED",
    Severity.WARNING,
    "Apple HLS authoring 10.1",
    "A playlist larger than a packet is sent with gzip content-encoding.",
)
def _playlist_is_compressed(delivery: Delivery) -> Iterator[Violation]:
    if not _is_served_playlist(delivery) or delivery.size_bytes <= ONE_PACKET_BYTES:
        return
    if delivery.content_encoding != "gzip":
        yield Violation(f"its {delivery.size_bytes} bytes are sent without gzip")


@RULES.rule(
    "HTTP-MEDIA-TYPE",
    Severity.WARNING,
    "Apple HLS authoring 10.4",
    "Segments and initialization sections are sent with a type that players know.",
)
def _media_has_its_media_type(delivery: Delivery) -> Iterator[Violation]:
    if _is_served_media(delivery) and delivery.media_type not in MEDIA_TYPES:
        yield Violation(
            f"this {delivery.kind} is sent as {delivery.media_type or 'nothing'}; "
            "use video/iso.segment, video/mp4 or audio/mp4"
        )


@RULES.rule(
    "HTTP-MEDIA-REDIRECT",
    Severity.WARNING,
    "Apple HLS authoring 8.18",
    "Media requests are answered without a redirect.",
)
def _media_is_not_redirected(delivery: Delivery) -> Iterator[Violation]:
    if _is_served_media(delivery) and delivery.redirects:
        yield Violation(f"this {delivery.kind} is behind {delivery.redirects} redirect(s)")


def _is_served_playlist(delivery: Delivery) -> bool:
    return delivery.was_served and delivery.kind is ObjectKind.PLAYLIST


def _is_served_media(delivery: Delivery) -> bool:
    return delivery.was_served and delivery.kind is not ObjectKind.PLAYLIST
