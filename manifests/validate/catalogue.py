"""Every rule that there is, in the order in which a presentation is looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from manifests.validate import (
    bandwidth,
    codecs,
    date_range,
    define,
    delivery,
    fragments,
    initialization,
    key,
    lines,
    media,
    media_playlist,
    multivariant_playlist,
    packed_audio,
    rungs,
    session,
    steering,
    timeline,
    version,
)
from manifests.validate.finding import Severity
from manifests.validate.rule import RuleSet


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule as a report shows it; ``summary`` says what a valid presentation fulfils."""

    identifier: str
    severity: Severity
    section: str
    summary: str


_RULE_SETS: Final[Iterable[RuleSet[Any]]] = (
    delivery.RULES,
    lines.RULES,
    lines.UNPARSED,
    version.RULES,
    multivariant_playlist.RULES,
    multivariant_playlist.NESTED,
    steering.RULES,
    media.RULES,
    session.RULES,
    define.RULES,
    media_playlist.RULES,
    media_playlist.ALONE,
    key.RULES,
    date_range.RULES,
    initialization.RULES,
    fragments.RULES,
    packed_audio.RULES,
    timeline.RULES,
    packed_audio.IN_A_ROW,
    rungs.RULES,
    codecs.RULES,
    bandwidth.RULES,
)

CATALOGUE: Final = tuple(
    Entry(rule.identifier, rule.severity, rule.section, rule.summary)
    for rules in _RULE_SETS
    for rule in rules
)
