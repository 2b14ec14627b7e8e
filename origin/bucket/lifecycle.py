"""Which lifecycle rules a store needs, and which it must not have.

A multipart upload whose client died keeps its parts, unseen and paid for, until it is aborted. And
a rule that deletes objects by their age deletes what is played.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Rule = Mapping[str, Any]
"""A ``LifecycleRule`` of S3."""

ABORT_DAYS: Final = 2
_ABORT_DAYS_MAX: Final = 7
_ID: Final = "soundbridge-stale-uploads"


def missing(rules: Sequence[Rule], folder: str) -> Iterator[str]:
    """Yield a sentence for what is missing, or threatens what is in ``folder``.

    ``folder`` ends with a slash, or is empty for the whole bucket.
    """
    if lacks_abort(rules, folder):
        yield f"No lifecycle rule aborts multipart uploads that are {ABORT_DAYS} days old."
    for rule in _enabled(rules):
        if _deletes_by_age(rule) and _overlaps(_prefix(rule), folder):
            yield (
                f"The lifecycle rule {rule.get('ID', 'without a name')!r} deletes objects of this "
                "store by their age, also while they are played. Take it away, or narrow it."
            )


def lacks_abort(rules: Sequence[Rule], folder: str) -> bool:
    """Return whether our rule would add something."""
    return not any(_aborts_all(rule, folder) for rule in _enabled(rules))


def with_ours(rules: Sequence[Rule], folder: str) -> list[Rule]:
    """Return the rules and ours."""
    ours = {
        "ID": _ID,
        "Status": "Enabled",
        "Filter": {"Prefix": folder},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_DAYS},
    }
    return [*(rule for rule in rules if rule.get("ID") != _ID), ours]


def _enabled(rules: Sequence[Rule]) -> list[Rule]:
    return [rule for rule in rules if rule.get("Status") == "Enabled"]


def _aborts_all(rule: Rule, folder: str) -> bool:
    days = rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation")
    is_soon = days is not None and days <= _ABORT_DAYS_MAX
    return is_soon and not _is_narrowed(rule) and folder.startswith(_prefix(rule))


def _deletes_by_age(rule: Rule) -> bool:
    return not {"Days", "Date"}.isdisjoint(rule.get("Expiration", {}))


def _prefix(rule: Rule) -> str:
    """Return which keys a rule is for; the place has moved twice in the life of the API."""
    narrowed = rule.get("Filter", {})
    found = narrowed.get("Prefix", narrowed.get("And", {}).get("Prefix", rule.get("Prefix", "")))
    return str(found)


def _is_narrowed(rule: Rule) -> bool:
    """Return whether a rule is only for objects with some tag or size."""
    return not set(rule.get("Filter", {})) <= {"Prefix"}


def _overlaps(prefix: str, folder: str) -> bool:
    return prefix.startswith(folder) or folder.startswith(prefix)
