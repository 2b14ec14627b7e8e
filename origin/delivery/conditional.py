"""Whether a request's conditions let it through (RFC 9110 §13). Pure.

``evaluate`` follows the order of §13.2.2: If-Match, else If-Unmodified-Since; then If-None-Match,
else If-Modified-Since. ``range_applies`` is its last step, If-Range. An entity tag always decides
over a date. A date that cannot be read, or for which we have none to compare, is no condition.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from origin.delivery.entity_tag import EntityTag, parse_tag, parse_tags
from origin.delivery.http_date import parse_http_date

_STRONG_AFTER: Final = timedelta(seconds=60)
"""Age at which a modification date identifies bytes (RFC 9110 §8.8.2.2)."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What the selected representation is compared by; ``last_modified`` in whole seconds."""

    etag: EntityTag
    last_modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """A request's conditional headers, None where absent, several lines joined by commas."""

    if_match: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    if_unmodified_since: str | None = None
    if_range: str | None = None


class Verdict(Enum):
    """What to do with a GET or HEAD."""

    PROCEED = auto()
    NOT_MODIFIED = auto()
    PRECONDITION_FAILED = auto()


def evaluate(conditions: Conditions, validators: Validators, now: datetime) -> Verdict:
    """Decide on a GET or HEAD of a representation that exists (RFC 9110 §13.2.2)."""
    if not _may_proceed(conditions, validators, now):
        return Verdict.PRECONDITION_FAILED
    if not _is_wanted(conditions, validators, now):
        return Verdict.NOT_MODIFIED
    return Verdict.PROCEED


def range_applies(if_range: str | None, validators: Validators, now: datetime) -> bool:
    """Tell whether a Range header counts (RFC 9110 §13.1.5): strong comparison only."""
    if if_range is None:
        return True
    tag = parse_tag(if_range)
    if tag is not None:
        return tag.matches_strongly(validators.etag)
    modified = validators.last_modified
    if modified is None or now - modified < _STRONG_AFTER:
        return False
    return parse_http_date(if_range, now) == modified


def _may_proceed(conditions: Conditions, validators: Validators, now: datetime) -> bool:
    if conditions.if_match is not None:
        return conditions.if_match.strip(" \t") == "*" or any(
            tag.matches_strongly(validators.etag) for tag in parse_tags(conditions.if_match)
        )
    since = _date(conditions.if_unmodified_since, now)
    if since is None or validators.last_modified is None:
        return True
    return validators.last_modified <= since


def _is_wanted(conditions: Conditions, validators: Validators, now: datetime) -> bool:
    if conditions.if_none_match is not None:
        return conditions.if_none_match.strip(" \t") != "*" and not any(
            tag.matches_weakly(validators.etag) for tag in parse_tags(conditions.if_none_match)
        )
    since = _date(conditions.if_modified_since, now)
    if since is None or validators.last_modified is None:
        return True
    return validators.last_modified > since


def _date(text: str | None, now: datetime) -> datetime | None:
    return None if text is None else parse_http_date(text, now)
