"""Rules: small pure functions over one kind of facts, registered with what a report says of them.

Each module of this package holds the rules of one noun and registers them in its ``RULES``, with
the sentence that a valid presentation fulfils. A rule yields a ``Violation`` for every defect it
sees; one that repeats through a long playlist is reported a few times and then counted.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Generic, TypeVar

from manifests.validate.finding import Finding, Severity

Facts = TypeVar("Facts")

REPEATS: Final = 5
"""How often one rule is reported for one file before the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach of the rule that yields it; ``where`` overrides the file under examination."""

    message: str
    line: int | None = None
    where: str | None = None


Check = Callable[[Facts], Iterable[Violation]]


@dataclass(frozen=True, slots=True)
class Rule(Generic[Facts]):
    """A check and its entry in the catalogue. ``section`` names the clause that it enforces."""

    identifier: str
    severity: Severity
    section: str
    summary: str
    check: Check[Facts]

    def findings(self, facts: Facts, where: str) -> Iterator[Finding]:
        """Yield the first defects, then one finding that counts those left out."""
        violations = iter(self.check(facts))
        for violation in islice(violations, REPEATS):
            yield self._finding(violation, where)
        unreported = sum(1 for _ in violations)
        if unreported:
            yield self._finding(Violation(f"and {unreported} more like it"), where)

    def _finding(self, violation: Violation, where: str) -> Finding:
        return Finding(
            rule=self.identifier,
            severity=self.severity,
            message=violation.message,
            where=violation.where or where,
            line=violation.line,
            section=self.section,
        )


def condense(findings: Iterable[Finding], where: str) -> list[Finding]:
    """Return the first findings of each rule, then one that counts those left out.

    For what was found in many small files that belong to ``where``: segments, for example.
    """
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    condensed: list[Finding] = []
    for found in by_rule.values():
        condensed += found[:REPEATS]
        if len(found) > REPEATS:
            message = f"and {len(found) - REPEATS} more like it"
            condensed.append(replace(found[0], message=message, where=where, line=None))
    return condensed


class RuleSet(Generic[Facts]):
    """The rules of one noun, in the order in which they were written."""

    def __init__(self) -> None:
        self._rules: list[Rule[Facts]] = []

    def __iter__(self) -> Iterator[Rule[Facts]]:
        return iter(self._rules)

    def rule(
        self, identifier: str, severity: Severity, section: str, summary: str
    ) -> Callable[[Check[Facts]], Check[Facts]]:
        """Register the decorated function as a rule."""

        def register(check: Check[Facts]) -> Check[Facts]:
            self._rules.append(Rule(identifier, severity, section, summary, check))
            return check

        return register

    def check(self, facts: Facts, where: str) -> list[Finding]:
        """Return what every rule finds in ``facts``, which were read from ``where``."""
        return [finding for rule in self._rules for finding in rule.findings(facts, where)]
