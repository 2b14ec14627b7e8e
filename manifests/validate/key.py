"""Rules on the keys of a media playlist (RFC 8216 §4.3.2.4) and on sections that they encrypt."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from manifests.key import IDENTITY, Key, KeyMethod
from manifests.media_playlist import MediaPlaylist
from manifests.segment import InitializationSection
from manifests.validate.finding import Severity
from manifests.validate.rule import RuleSet, Violation
from manifests.validate.written import Written

_VERSIONS: Final = re.compile(r"[1-9][0-9]*(?:/[1-9][0-9]*)*")

KeyFacts = Written[MediaPlaylist]

RULES: Final[RuleSet[KeyFacts]] = RuleSet()


@RULES.rule(
    "HLS-KEYFORMATVERSIONS",
    Severity.ERROR,
    "RFC 8216 §4.3.2.4",
    "KEYFORMATVERSIONS holds positive integers separated by slashes.",
)
def _key_format_versions_are_numbers(facts: KeyFacts) -> Iterator[Violation]:
    for key in _keys(facts.playlist):
        if not _VERSIONS.fullmatch(key.keyformatversions):
            yield Violation(
                f"KEYFORMATVERSIONS {key.keyformatversions!r} is not a list such as 1/2",
                facts.line("EXT-X-KEY"),
            )


@RULES.rule(
    "HLS-KEY-CTR",
    Severity.WARNING,
    "Apple HLS authoring 13.11",
    "SAMPLE-AES-CTR is not used: Apple's devices cannot decrypt it.",
)
def _does_not_use_counter_mode(facts: KeyFacts) -> Iterator[Violation]:
    if any(key.method is KeyMethod.SAMPLE_AES_CTR for key in _keys(facts.playlist)):
        yield Violation("SAMPLE-AES-CTR does not play on Apple's devices", facts.line("EXT-X-KEY"))


@RULES.rule(
    "HLS-KEY-OTHER-FORMATS",
    Severity.INFO,
    "RFC 8216 §4.3.2.4",
    "Keys of other formats than identity are left to their systems.",
)
def _keys_can_be_read_without_a_licence(facts: KeyFacts) -> Iterator[Violation]:
    formats = {key.keyformat for key in _keys(facts.playlist)} - {IDENTITY}
    for keyformat in sorted(formats):
        yield Violation(f"keys of {keyformat} are not checked", facts.line("EXT-X-KEY"))


@RULES.rule(
    "HLS-MAP-WITHOUT-IV",
    Severity.ERROR,
    "RFC 8216 §4.3.2.5",
    "A key that encrypts an initialization section with AES-128 has an IV.",
)
def _encrypted_section_has_an_iv(facts: KeyFacts) -> Iterator[Violation]:
    for section in _sections(facts.playlist):
        for key in section.keys:
            if key.method is KeyMethod.AES_128 and key.iv is None:
                yield Violation(
                    f"{section.uri} is encrypted with AES-128 by a key without IV: it has no media "
                    "sequence number to take one from",
                    facts.line("EXT-X-KEY"),
                )


def _keys(playlist: MediaPlaylist) -> Iterable[Key]:
    """Return each key once, in the order of use."""
    return dict.fromkeys(key for segment in playlist.segments for key in segment.keys)


def _sections(playlist: MediaPlaylist) -> Iterable[InitializationSection]:
    return dict.fromkeys(segment.init for segment in playlist.segments if segment.init)
