"""Which cross-origin rules players need where they, or a CDN, read from the bucket itself.

A server answers by the first rule that fits a request's origin, method and headers, so ours comes
first. Where a rule of the owner's lets only some sites in, that would open what was closed, and so
it is done only where it is asked for.

SeaweedFS answers by the first rule that fits the origin, be it for another method. So the rule for
sites that upload comes before all, and lets them read, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Rule = Mapping[str, Any]
"""A ``CORSRule`` of S3."""

_ID: Final = "soundbridge"
_METHODS: Final = ("GET", "HEAD")
_EXPOSED: Final = (
    "Accept-Ranges", "Cache-Control", "Content-Length", "Content-Range", "Content-Type", "Date",
    "ETag", "Last-Modified",
)  # fmt: skip
_NEEDED: Final = ("Content-Length", "Content-Range", "ETag")
_UPLOADS_ID: Final = "soundbridge-uploads"
_MAX_AGE_S: Final = 86_400


def missing(rules: Sequence[Rule]) -> Iterator[str]:
    """Yield a sentence for everything that players on other sites cannot do."""
    for method in _METHODS:
        rule = next((rule for rule in rules if _fits(rule, method)), None)
        if rule is None:
            yield f"No CORS rule lets players on other sites {method} with a Range header."
            continue
        exposed = _lower(rule, "ExposeHeaders")
        hidden = [name for name in _NEEDED if name.lower() not in exposed]
        if hidden:
            yield f"The CORS rule for {method} does not expose {', '.join(hidden)}."


def closed(rules: Sequence[Rule]) -> Iterator[str]:
    """Yield a sentence for every rule that lets only some sites read."""
    for rule in rules:
        origins = rule.get("AllowedOrigins", ())
        if rule.get("ID") == _UPLOADS_ID:
            continue  # it closes nothing
        if "*" not in origins and not set(_METHODS).isdisjoint(rule.get("AllowedMethods", ())):
            yield (
                f"The CORS rule {rule.get('ID', 'without a name')!r} lets only "
                f"{', '.join(origins)} in. Where players on every site may come, run "
                "soundbridge bucket setup --any-origin."
            )


def with_ours(rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules with ours in front, behind that for uploads."""
    ours = {
        "ID": _ID,
        "AllowedOrigins": ["*"],
        "AllowedMethods": list(_METHODS),
        "AllowedHeaders": ["*"],
        "ExposeHeaders": list(_EXPOSED),
        "MaxAgeSeconds": _MAX_AGE_S,
    }
    uploads = [rule for rule in rules if rule.get("ID") == _UPLOADS_ID]
    others = (rule for rule in rules if rule.get("ID") not in {_ID, _UPLOADS_ID})
    return [*uploads, ours, *others]


def closed_to_uploads(rules: Sequence[Rule], origins: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for every site whose pages cannot PUT parts of uploads into the bucket.

    Without any site, one for the bucket that takes them from none.
    """
    for origin in origins:
        first = next((rule for rule in rules if _is_of(rule, origin)), None)
        if first is None or not _takes_parts(first):
            yield f"No CORS rule lets pages of {origin} PUT parts of uploads into the bucket."
    if not origins and not any(map(_takes_parts, rules)):
        yield "No CORS rule lets the pages of any site PUT parts of uploads into the bucket."


def with_uploads(rules: Sequence[Rule], origins: Sequence[str]) -> list[Rule]:
    """Return the rules with one in front that lets pages of these sites PUT parts, and read."""
    ours = {
        "ID": _UPLOADS_ID,
        "AllowedOrigins": list(origins),
        "AllowedMethods": ["PUT", *_METHODS],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": list(_EXPOSED),
        "MaxAgeSeconds": _MAX_AGE_S,
    }
    return [ours, *(rule for rule in rules if rule.get("ID") != _UPLOADS_ID)]


def uploading_origins(rules: Sequence[Rule]) -> list[str]:
    """Return the sites that our rule for uploads names already."""
    ours = (rule for rule in rules if rule.get("ID") == _UPLOADS_ID)
    return [origin for rule in ours for origin in rule.get("AllowedOrigins", ())]


def _takes_parts(rule: Rule) -> bool:
    """Whether it lets a page PUT; what a file's type is, a browser says in a field."""
    return "PUT" in rule.get("AllowedMethods", ()) and bool(
        {"*", "content-type"} & _lower(rule, "AllowedHeaders")
    )


def _is_of(rule: Rule, origin: str) -> bool:
    """Whether a rule is for a site; one ``*`` stands for anything there."""
    for allowed in rule.get("AllowedOrigins", ()):
        before, star, behind = allowed.partition("*")
        is_long_enough = len(origin) >= len(before) + len(behind)
        if star and is_long_enough and origin.startswith(before) and origin.endswith(behind):
            return True
        if allowed == origin:
            return True
    return False


def _fits(rule: Rule, method: str) -> bool:
    return (
        "*" in rule.get("AllowedOrigins", ())
        and method in rule.get("AllowedMethods", ())
        and bool({"*", "range"} & _lower(rule, "AllowedHeaders"))
    )


def _lower(rule: Rule, field: str) -> set[str]:
    return {name.lower() for name in rule.get(field, ())}
