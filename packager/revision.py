"""What made a revision, and the id that follows from it: same source, same versions, same id."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Final

import av

from manifests.layout import new_id
from manifests.rendition import Ladder

_LIBRARIES: Final = ("libavformat", "libavcodec", "libavfilter", "libswresample")
_ID_BYTES: Final = 12


def versions() -> dict[str, str]:
    """Return the versions of everything that has a say in the bytes."""
    libraries = av.library_versions
    return {
        "soundbridge": version("soundbridge"),
        "pyav": av.__version__,
        **{name: ".".join(map(str, libraries[name])) for name in _LIBRARIES},
    }


def revision_id(source_sha256: str, ladder: Ladder, made_by: Mapping[str, str]) -> str:
    """Return the id of what comes of a source, a plan and the versions that carry it out."""
    identity = {"source": source_sha256, "ladder": asdict(ladder), "versions": dict(made_by)}
    text = json.dumps(identity, sort_keys=True)
    return new_id(hashlib.sha256(text.encode()).digest()[:_ID_BYTES])
