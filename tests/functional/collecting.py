"""What tests of `soundbridge gc` do with a store: let it grow old, look at it, tell what went."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import obstore
from obstore.store import LocalStore

from manifests import layout
from manifests.layout import Revision
from origin.collecting.collect import remove_garbage
from origin.collecting.surroundings import Surroundings
from packager.publishing.garbage import Graces, Reason, Removal
from tests.sources.published import PublishedAsset, publish

HOUR_S: Final = 3600.0
GRACES: Final = Graces()
LATER_S: Final = 7 * 24 * HOUR_S


def age(root: Path, hours: float) -> None:
    """Let all that is below a folder be this old."""
    then_s = time.time() - hours * HOUR_S
    for path in root.rglob("*"):
        os.utime(path, (then_s, then_s))


def reasons(removals: Iterator[Removal]) -> dict[str, Reason]:
    return {removal.folder: removal.reason for removal in removals}


def superseded(store: LocalStore, root: Path) -> PublishedAsset:
    """Publish an asset anew: its old revision is complete, and played by nothing."""
    asset = publish(store)
    old, new = asset.entry.where, Revision(asset.entry.asset_id, "r2")
    shutil.copytree(root / old.prefix, root / new.prefix)
    obstore.put(
        store,
        layout.entry_key(asset.entry.playback_id),
        replace(asset.entry, revision=new.revision).to_json(),
    )
    return asset


def collect_garbage(root: Path) -> None:
    """Remove what nothing needs from a folder, long after it was last needed."""
    around = Surroundings(LocalStore(root), clock=lambda: time.time() + LATER_S)
    assert all(removal.objects for removal in remove_garbage(around, GRACES))
