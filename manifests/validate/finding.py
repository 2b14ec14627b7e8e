"""What a check found: one sentence with its place, its rule and how much it matters.

An *error* breaks a MUST of the standards, or one of Apple's on which players depend. A *warning* is
a SHOULD, or a MUST of Apple's authoring specification that players get along without. *Info* says
what could not be checked, or what an author may want to know.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters; only errors make a presentation invalid."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: ``where`` is its file, ``line`` counts from 1, ``section`` names the source."""

    rule: str
    severity: Severity
    message: str
    where: str
    line: int | None
    section: str
