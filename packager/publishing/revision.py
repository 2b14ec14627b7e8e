"""A revision's id, which follows from what made it: same source, same versions, same id.

A source is known by its fingerprint, so that its first sound need not wait until all of it has been
hashed. Another source may share that, so whatever is there under this id is believed only once its
SHA-256 is found to be this one's. Where it is not, or nobody can tell, the id follows from the
SHA-256 instead: what another source made is neither taken for this one's nor written over.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from manifests import layout
from manifests.errors import ManifestError
from manifests.index import Index
from manifests.layout import Revision, new_id
from manifests.rendition import Ladder
from packager.plan import Plan
from packager.publishing.source_mark import read_mark
from packager.publishing.storage import Storage
from packager.source.digest import SourceDigest

_ID_BYTES: Final = 12


def revision_id(source: str, ladder: Ladder, made_by: Mapping[str, str]) -> str:
    """Return the id of what comes of a source, a plan and the versions that carry it out.

    ``source`` is a fingerprint or a SHA-256, both hexadecimal.
    """
    identity = {"source": source, "ladder": asdict(ladder), "versions": dict(made_by)}
    text = json.dumps(identity, sort_keys=True)
    return new_id(hashlib.sha256(text.encode()).digest()[:_ID_BYTES])


@dataclass(frozen=True, slots=True)
class Found:
    """What is there under an id: whether anything, and of which source it says to be."""

    is_anything: bool
    sha256: str | None = None


def find(storage: Storage, where: Revision) -> Found:
    """Look for what earlier runs left of a revision; raises StoreFailed.

    Segments that no chunk's record names do not count: nothing lists them.
    """
    index = storage.read(where.key(layout.INDEX))
    if index is not None:
        return Found(is_anything=True, sha256=_source_in(index))
    if storage.sizes_bytes(where.growing_prefix):
        return Found(is_anything=True, sha256=read_mark(storage, where))
    return Found(is_anything=False)


def _source_in(index: bytes) -> str | None:
    try:
        return Index.from_json(index).source.sha256
    except ManifestError:
        return None


def revision_of(digest: SourceDigest, plan: Plan, asset_id: str, storage: Storage) -> Revision:
    """Return where a source's renditions go; waits for its SHA-256 only where something is there.

    Raises StoreFailed and SourceNotFound.
    """

    def named_for(source: str) -> Revision:
        return Revision(asset_id, revision_id(source, plan.ladder, plan.versions))

    where = named_for(digest.fingerprint())
    found = find(storage, where)
    if found.is_anything and found.sha256 != digest.sha256():
        return named_for(digest.sha256())
    return where
