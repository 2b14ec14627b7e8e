"""Purging what an operator says, at once, and saying what came of it."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from cdn.errors import CdnError
from cdn.purge.address import Address
from cdn.purge.changes import of_entries, of_objects
from cdn.purge.opening import open_purgers
from cdn.purge.purger import Purger
from cdn.purge.sending import drop
from cdn.purge.target import By, Target
from manifests.errors import ManifestError
from manifests.layout import check_id
from origin.companion.purging.media import is_served, keys_of
from origin.settings import purge_credentials


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be dropped: some targets, and everything of some assets."""

    targets: tuple[Target, ...]
    asset_ids: tuple[str, ...]
    soft: bool


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it at one CDN, in a sentence."""

    said: str
    has_failed: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """What a store has of an asset: its playback ids, and the keys of what is served."""

    playback_ids: tuple[str, ...]
    keys: tuple[str, ...]


class NotSaid(CdnError):
    """It takes more to know what is to be dropped."""


def purge_now(
    urls: Sequence[str], asked: Asked, public_url: str | None, store: str | None
) -> Sequence[Done]:
    """Have each CDN drop what it is asked, side by side; what came of it is in their order."""
    return asyncio.run(_purge_all([Address.parse(url) for url in urls], asked, public_url, store))


async def _purge_all(
    addresses: Sequence[Address], asked: Asked, public_url: str | None, store: str | None
) -> Sequence[Done]:
    knows_no_asset = any(By.TAG not in address.limits.at_once for address in addresses)
    stored: Mapping[str, Stored] = {}
    try:
        if store is not None and asked.asset_ids and knows_no_asset:
            stored = await asyncio.to_thread(_look, store, asked.asset_ids)
    except (CdnError, ManifestError) as error:
        return [Done(str(error), has_failed=True)]
    async with open_purgers(addresses, purge_credentials(), public_url) as purgers:
        return await asyncio.gather(
            *(_purge(name, purger, asked, stored) for name, purger in purgers.items())
        )


async def _purge(name: str, purger: Purger, asked: Asked, stored: Mapping[str, Stored]) -> Done:
    known = purger.limits.at_once
    try:
        for target in asked.targets:
            if target.by not in known:
                raise NotSaid(f"It finds nothing by {target.by}: use {', '.join(known)}.")
        targets = [
            *asked.targets,
            *(
                replace(target, soft=asked.soft)
                for asset_id in asked.asset_ids
                for target in _of_asset(asset_id, known, stored.get(asset_id))
            ),
        ]
        sent = await drop(purger, targets, clock=time.time, sleep=asyncio.sleep)
    except (CdnError, ManifestError) as error:
        return Done(f"{name}: {error}", has_failed=True)
    return Done(
        f"{name}: {_counted(sent.targets, 'target')} in {_counted(sent.requests, 'request')}.",
        False,
    )


def _of_asset(asset_id: str, known: Collection[By], stored: Stored | None) -> list[Target]:
    check_id(asset_id)
    if By.TAG in known:
        return of_objects(asset_id, (), known)
    if stored is None:
        raise NotSaid("It finds no asset by a tag: say with --store what there is of it.")
    entries = (of_entries(each, known, soft=False) for each in stored.playback_ids)
    return [*chain.from_iterable(entries), *of_objects(asset_id, stored.keys, known)]


def _look(url: str, asset_ids: Sequence[str]) -> dict[str, Stored]:
    """List what a store has of assets; raises NotSaid where it cannot be had."""
    # What reads a store is loaded where one is read.
    from origin.collecting.entries import Entries  # noqa: PLC0415
    from origin.collecting.errors import CollectionFailed  # noqa: PLC0415
    from origin.stores.opening import StoreUnusable, open_store  # noqa: PLC0415
    from packager.errors import StoreFailed  # noqa: PLC0415

    found: dict[str, Stored] = {}
    try:
        store = open_store(url)
        entries = Entries(store)
        entries.refresh()
        for asset_id in asset_ids:
            names = (each.stored.key.partition("/")[2] for each in entries.of(asset_id))
            found[asset_id] = Stored(
                tuple(name.removesuffix(".json") for name in names),
                tuple(filter(is_served, keys_of(store, asset_id))),
            )
    except (StoreUnusable, StoreFailed, CollectionFailed) as error:
        raise NotSaid(f"The store cannot be read: {error}") from error
    return found


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
