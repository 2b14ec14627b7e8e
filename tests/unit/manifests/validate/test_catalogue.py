"""The table of rules, and what is made of many findings."""

import re

import pytest

from manifests.validate import CATALOGUE, Entry, Finding, Severity
from manifests.validate.rule import REPEATS, condense

SOURCE = re.compile(
    r"(?:RFC 8216|rfc8216bis|ISO/IEC \d{5}-\d+) §[\d.]+(?:, §[\d.]+)*|Apple HLS authoring [\d., ]+"
)


def test_identifiers_are_unique() -> None:
    identifiers = [entry.identifier for entry in CATALOGUE]
    assert len(set(identifiers)) == len(identifiers)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.identifier)
def test_every_rule_says_what_holds_and_where_that_is_written(entry: Entry) -> None:
    assert re.fullmatch(r"(?:HLS|BMFF|HTTP|URI)(?:-[A-Z0-9]+)+", entry.identifier)
    assert re.fullmatch(r"[A-Z].{15,110}\.", entry.summary)
    assert all(SOURCE.match(part) for part in re.split(r", (?=[A-Z])", entry.section))


def test_findings_of_many_small_files_are_counted() -> None:
    findings = [Finding("R", Severity.ERROR, "m", f"{n}.m4s", n, "s") for n in range(REPEATS + 3)]
    other = Finding("S", Severity.INFO, "m", "0.m4s", None, "s")
    condensed = condense([*findings, other], "playlist.m3u8")
    assert condensed == [
        *findings[:REPEATS],
        Finding("R", Severity.ERROR, "and 3 more like it", "playlist.m3u8", None, "s"),
        other,
    ]
