"""Rules on EXT-X-SESSION-DATA and EXT-X-SESSION-KEY (RFC 8216 §4.3.4.4, §4.3.4.5)."""

from collections.abc import Iterator
from typing import Final

from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.validate.finding import Severity
from manifests.validate.rule import RuleSet, Violation
from manifests.validate.written import Written

DATA: Final = "EXT-X-SESSION-DATA"
KEY: Final = "EXT-X-SESSION-KEY"

SessionFacts = Written[MultivariantPlaylist]

RULES: Final[RuleSet[SessionFacts]] = RuleSet()


@RULES.rule(
    "HLS-SESSION-DATA-TWICE",
    Severity.ERROR,
    "RFC 8216 §4.3.4.4",
    "No two EXT-X-SESSION-DATA have the same DATA-ID and LANGUAGE.",
)
def _data_are_unique(facts: SessionFacts) -> Iterator[Violation]:
    seen: set[tuple[str, str | None]] = set()
    for number, data in enumerate(facts.playlist.session_data):
        if (data.data_id, data.language) in seen:
            yield Violation(
                f"{data.data_id} appears twice for the same language", facts.line(DATA, number)
            )
        seen.add((data.data_id, data.language))


@RULES.rule(
    "HLS-SESSION-DATA-VALUE",
    Severity.ERROR,
    "RFC 8216 §4.3.4.4",
    "EXT-X-SESSION-DATA has either VALUE or URI.",
)
def _data_have_one_source(facts: SessionFacts) -> Iterator[Violation]:
    for number, data in enumerate(facts.playlist.session_data):
        if (data.value is None) == (data.uri is None):
            yield Violation(
                f"{data.data_id} needs either VALUE or URI, and not both", facts.line(DATA, number)
            )


@RULES.rule(
    "HLS-SESSION-DATA-NAME",
    Severity.WARNING,
    "RFC 8216 §4.3.4.4",
    "A DATA-ID is a reverse DNS name.",
)
def _data_ids_are_reverse_dns(facts: SessionFacts) -> Iterator[Violation]:
    for number, data in enumerate(facts.playlist.session_data):
        if "." not in data.data_id.strip("."):
            yield Violation(
                f"{data.data_id} is not a name such as com.example.title", facts.line(DATA, number)
            )


@RULES.rule(
    "HLS-SESSION-KEY-TWICE",
    Severity.ERROR,
    "RFC 8216 §4.3.4.5",
    "No two EXT-X-SESSION-KEY are the same.",
)
def _keys_are_unique(facts: SessionFacts) -> Iterator[Violation]:
    seen: set[object] = set()
    for number, key in enumerate(facts.playlist.session_keys):
        if key in seen:
            yield Violation("the same key appears twice", facts.line(KEY, number))
        seen.add(key)
