import re
from dataclasses import replace

from obstore.store import MemoryStore

from manifests import layout
from manifests.layout import ID_PATTERN, Revision
from manifests.rendition import Ladder, Rung
from packager.publishing.revision import Found, find, revision_id
from packager.publishing.storage import Storage
from packager.versions import versions

LADDER = Ladder((Rung("128k", 128_000),), 44_100, 2, frames_per_segment=258)
SHA256 = "ab" * 32


def test_the_same_gives_the_same_and_anything_else_another() -> None:
    made_by = versions()
    same = revision_id(SHA256, LADDER, made_by)
    assert same == revision_id(SHA256, LADDER, dict(reversed(made_by.items())))
    others = {
        revision_id("cd" * 32, LADDER, made_by),
        revision_id(SHA256, replace(LADDER, segments_per_chunk=9), made_by),
        revision_id(SHA256, LADDER, {**made_by, "pyav": "0"}),
    }
    assert len(others | {same}) == 4


def test_credits_alone_are_nothing_that_was_made() -> None:
    where, store = Revision("a", "r"), MemoryStore()
    with Storage(store) as storage:
        for name, is_anything in ((layout.CREDITS, False), ("128k/00000.json", True)):
            storage.put(where.growing_key(name), b"{}")
            assert find(storage, where) == Found(is_anything)


def test_it_is_an_id() -> None:
    assert re.fullmatch(ID_PATTERN, revision_id(SHA256, LADDER, versions()))
