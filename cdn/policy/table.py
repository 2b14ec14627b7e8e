"""The policy as a table, for people: what each class of object is told, and how it is kept."""

from collections.abc import Iterable, Iterator
from typing import Final

from cdn.policy.cache_control import policy_for
from cdn.policy.object_class import ObjectClass
from cdn.policy.route import ANYWHERE, ROUTES, Query, Route

_TITLES: Final = (
    "class",
    "among what is at",
    "`Cache-Control`",
    "`CDN-Cache-Control`",
    "purged",
    "a copy for each",
)


def markdown() -> str:
    """Return the table: a row for each class at each of its addresses, as Markdown."""
    return "".join(map(_line, (_TITLES, ("---",) * len(_TITLES), *_rows())))


def _rows() -> Iterator[Iterable[str]]:
    for route in ROUTES:
        globs = ", ".join(f"`{glob}`" for glob in route.globs)
        for object_class in route.classes:
            yield _row(object_class, globs, _copies(route))
    for object_class in ANYWHERE:
        yield _row(object_class, "anywhere", "path")


def _row(object_class: ObjectClass, where: str, copies: str) -> Iterable[str]:
    policy, purged = policy_for(object_class), policy_for(object_class, purged=True)
    changed = "" if purged == policy else f"`{purged.cdn_cache_control}`"
    is_kept = "no-store" not in policy.cache_control
    return (
        f"`{object_class}`",
        where,
        f"`{policy.cache_control}`",
        f"`{policy.cdn_cache_control}`",
        changed,
        copies if is_kept else "",
    )


def _copies(route: Route) -> str:
    parts = ["path"]
    parts += ["query"] if route.query is Query.EVERYTHING else []
    parts += ["coding"] if route.is_coded else []
    parts += ["`Origin`"] if route.varies_by_origin else []
    return ", ".join(parts) if route.is_kept else ""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
