"""A revision's id, which follows from what made it: same source, same versions, same id."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from manifests.layout import new_id
from manifests.rendition import Ladder

_ID_BYTES: Final = 12


def revision_id(source_sha256: str, ladder: Ladder, made_by: Mapping[str, str]) -> str:
    """Return the id of what comes of a source, a plan and the versions that carry it out."""
    identity = {"source": source_sha256, "ladder": asdict(ladder), "versions": dict(made_by)}
    text = json.dumps(identity, sort_keys=True)
    return new_id(hashlib.sha256(text.encode()).digest()[:_ID_BYTES])
