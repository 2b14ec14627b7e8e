"""In which order a revision's objects go, so that nothing is listed that is gone already."""

from manifests import layout
from manifests.layout import Revision

STAGES = 3
_MANIFESTS = (".m3u8", ".mpd")


def removal_stage(where: Revision, key: str) -> int:
    """Return in which of the ``STAGES`` an object of this revision goes, counted from 0.

    First what lists playlists or tells that all is there, then playlists, then all else.
    """
    if not key.endswith((*_MANIFESTS, layout.INDEX)):
        return 2
    is_at_the_top = key.rpartition("/")[0] in {where.prefix, where.growing_prefix}
    return 0 if is_at_the_top else 1
