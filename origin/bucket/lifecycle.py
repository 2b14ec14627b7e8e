"""Which lifecycle rules a store needs, and which it must not have.

A multipart upload whose client died keeps its parts, unseen and paid for, until it is aborted. A
rule that deletes objects by their age deletes what is played, and one that moves them to where
reading takes hours silences it. Stores in several folders of a bucket have a rule each.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Rule = Mapping[str, Any]
"""A ``LifecycleRule`` of S3."""

ABORT_DAYS: Final = 2
_ABORT_DAYS_MAX: Final = 7
_ID: Final = "soundbridge-stale-uploads"
_ID_DIGITS: Final = 16
_UNREADABLE: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})


def missing(rules: Sequence[Rule], folder: str) -> Iterator[str]:
    """Yield a sentence for what is missing, or threatens what is in ``folder``.

    ``folder`` ends with a slash, or is empty for the whole bucket.
    """
    if lacks_abort(rules, folder):
        yield f"No lifecycle rule aborts multipart uploads that are {ABORT_DAYS} days old."
    for rule in _enabled(rules):
        if not _overlaps(_prefix(rule), folder):
            continue
        name = f"The lifecycle rule {rule.get('ID', 'without a name')!r}"
        if _deletes_by_age(rule):
            yield (
                f"{name} deletes objects of this store by their age, also while they are played. "
                "Take it away, or narrow it."
            )
        if archive := _archive(rule):
            yield (
                f"{name} moves objects of this store to {archive}, where players cannot read them. "
                "Take it away, or narrow it."
            )


def lacks_abort(rules: Sequence[Rule], folder: str) -> bool:
    """Return whether our rule would add something."""
    return not any(_aborts_all(rule, folder) for rule in _enabled(rules))


def with_ours(rules: Sequence[Rule], folder: str) -> list[Rule]:
    """Return the rules and ours for this folder."""
    folder_digits = hashlib.sha256(folder.encode()).hexdigest()[:_ID_DIGITS]
    ours = {
        "ID": f"{_ID}-{folder_digits}",
        "Status": "Enabled",
        "Filter": {"Prefix": folder},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_DAYS},
    }
    return [*(rule for rule in rules if rule.get("ID") != ours["ID"]), ours]


def _enabled(rules: Sequence[Rule]) -> list[Rule]:
    return [rule for rule in rules if rule.get("Status") == "Enabled"]


def _aborts_all(rule: Rule, folder: str) -> bool:
    days = rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation")
    is_soon = days is not None and days <= _ABORT_DAYS_MAX
    return is_soon and not _is_narrowed(rule) and folder.startswith(_prefix(rule))


def _deletes_by_age(rule: Rule) -> bool:
    return not {"Days", "Date"}.isdisjoint(rule.get("Expiration", {}))


def _archive(rule: Rule) -> str | None:
    """Return where a rule moves objects to, if they must be brought back before they are read."""
    classes = {str(move.get("StorageClass")) for move in rule.get("Transitions", ())}
    return min(classes & _UNREADABLE, default=None)


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
