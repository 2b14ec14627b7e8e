"""Looking whether everything that an index lists is in the store, as large as it should be.

Only what the store says is not there, or is of another size, is missing. Where it does not answer,
nobody knows, and that is no finding.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import obstore
from obstore.store import ObjectStore

from manifests.errors import ManifestError
from manifests.index import Index, StoredObject
from manifests.layout import INDEX, Revision
from origin.companion.assets.facts import Facts
from packager.publishing.reasons import STORE_ERRORS, reason

_AT_ONCE: Final = 32
_LOOKS_S: Final = 600.0


class NobodyKnows(Exception):
    """The store did not answer, or not in time; the message says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a revision; ``facts`` is None where it has no index that can be read."""

    facts: Facts | None
    missing: tuple[str, ...]


async def look_for(store: ObjectStore, where: Revision) -> Found:
    """Ask for every object of a revision; raises NobodyKnows."""
    try:
        async with asyncio.timeout(_LOOKS_S):
            index = await _index(store, where)
            if index is None:
                return Found(None, (INDEX,))
            missing = await _missing(store, where, index.objects().values())
    except FileNotFoundError as error:  # which some stores say of themselves
        raise NobodyKnows(str(error)) from error
    except STORE_ERRORS as error:
        raise NobodyKnows(reason(error)) from error
    return Found(Facts.of(index, where), missing)


async def _index(store: ObjectStore, where: Revision) -> Index | None:
    try:
        found = await obstore.get_async(store, where.key(INDEX))
        return Index.from_json(bytes(await found.bytes_async()))
    except (FileNotFoundError, ManifestError):
        return None


async def _missing(
    store: ObjectStore, where: Revision, objects: Iterable[StoredObject]
) -> tuple[str, ...]:
    rest, missing = iter(objects), []

    async def ask() -> None:
        for listed in rest:
            try:
                meta = await obstore.head_async(store, where.key(listed.name))
            except FileNotFoundError:
                missing.append(listed.name)
            else:
                if meta["size"] != listed.size_bytes:
                    missing.append(listed.name)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(ask())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return tuple(sorted(missing))
