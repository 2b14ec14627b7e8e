"""A revision's id, which follows from what made it: same source, same versions, same id.

A source is known by its fingerprint, so that its first sound need not wait until all of it has been
hashed, or was fetched. Another source may share that, so whatever is there under this id is
believed only once this source is found to begin like the one that it was made of. Where it does
not, or nobody can tell, the id follows from the SHA-256 instead: what another source made is
neither taken for this one's nor written over.
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
from packager.source.digest import Beginning, SourceDigest

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
    """What is there under an id: whether anything, and how the source begins that it was made of.

    None where nobody can tell.
    """

    is_anything: bool
    source: Beginning | None = None


def find(storage: Storage, where: Revision) -> Found:
    """Look for what earlier runs left of a revision; raises StoreFailed.

    Segments that no chunk's record names do not count, nor do credits: nothing lists them.
    """
    index = storage.read(where.key(layout.INDEX))
    if index is not None:
        return Found(is_anything=True, source=_source_in(index))
    if storage.sizes_bytes(where.growing_prefix).keys() - {where.growing_key(layout.CREDITS)}:
        return Found(is_anything=True, source=read_mark(storage, where))
    return Found(is_anything=False)


def _source_in(index: bytes) -> Beginning | None:
    try:
        source = Index.from_json(index).source
    except ManifestError:
        return None
    return Beginning(source.size_bytes, source.sha256)


def revision_of(digest: SourceDigest, plan: Plan, asset_id: str, storage: Storage) -> Revision:
    """Return where a source's renditions go.

    It waits for more of the source than a fingerprint needs only where something is there. Raises
    StoreFailed and SourceNotFound.
    """

    def named_for(source: str) -> Revision:
        return Revision(asset_id, revision_id(source, plan.ladder, plan.versions))

    taken = digest.fingerprint()
    where = named_for(taken.sha256)
    if taken.is_whole:
        return where
    found = find(storage, where)
    if found.is_anything and (found.source is None or not digest.begins_with(found.source)):
        return named_for(digest.sha256())
    return where
