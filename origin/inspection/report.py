"""What came of an inspection, as one JSON document or as a table."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, Self

from rich.console import Console
from rich.table import Table
from rich.text import Text

from manifests.validate.catalogue import CATALOGUE
from manifests.validate.finding import Finding, Severity

_STYLES: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A playlist that was looked at; ``segments`` counts those that were measured."""

    uri: str
    kind: str
    segments: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """Findings come in the order in which the presentation was walked."""

    checked: tuple[Checked, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __add__(self, other: Self) -> "Report":
        return Report(self.checked + other.checked, self.findings + other.findings)

    def count(self, severity: Severity) -> int:
        """Return how many findings there are of a severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def is_ok(self, *, errors_only: bool) -> bool:
        """Tell whether nothing was found but information (and warnings, for ``errors_only``)."""
        return not self.count(Severity.ERROR) and (errors_only or not self.count(Severity.WARNING))

    def to_json(self, *, errors_only: bool) -> str:
        """Return one JSON document."""
        return json.dumps(
            {
                "ok": self.is_ok(errors_only=errors_only),
                "checked": [asdict(checked) for checked in self.checked],
                "findings": [asdict(finding) for finding in self.findings],
            },
            ensure_ascii=False,
        )

    def sentence(self) -> str:
        """Sum it up."""
        renditions = sum(checked.kind == "media" for checked in self.checked)
        segments = sum(checked.segments for checked in self.checked)
        scope = f"in {_number(renditions, 'rendition')}, {_number(segments, 'segment')}."
        counts = [
            _number(self.count(severity), noun)
            for severity, noun in (
                (Severity.ERROR, "error"),
                (Severity.WARNING, "warning"),
                (Severity.INFO, "note"),
            )
            if self.count(severity)
        ]
        return f"{', '.join(counts) or 'No findings'} {scope}"


def print_report(console: Console, report: Report) -> None:
    """Print the findings file by file, and a last sentence."""
    by_file: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_file.setdefault(finding.where, []).append(finding)
    for where, findings in by_file.items():
        console.print(Text(where, style="bold"), soft_wrap=True)
        table = _table()
        for finding in findings:
            row = _row(finding.severity, finding.message, finding.rule, finding.section)
            table.add_row(str(finding.line or ""), *row)
        console.print(table)
    style = "green" if report.is_ok(errors_only=False) else "bold"
    console.print(Text(report.sentence(), style=style), soft_wrap=True)


def print_rules(console: Console) -> None:
    """Print the catalogue of rules."""
    table = _table()
    for rule in CATALOGUE:
        table.add_row("", *_row(rule.severity, rule.summary, rule.identifier, rule.section))
    console.print(table)


def _table() -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, justify="right")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _row(severity: Severity, message: str, rule: str, section: str) -> tuple[Text, Text]:
    text = Text(message)
    text.append(f"\n{rule} ({section})", style="dim")
    return Text(severity, style=_STYLES[severity]), text


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
