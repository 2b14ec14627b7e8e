"""What is dropped when something happens, by what a CDN knows: no more, and no less."""

import pytest

from cdn.purge.changes import of_answers, of_asset, of_entries, of_objects
from cdn.purge.target import By, Target

TAGS = {By.TAG, By.PREFIX, By.PATH}
PREFIXES = {By.PREFIX, By.PATH}
PATHS = {By.PATH}
ENTRIES = ["/song.m3u8", "/song.packed.m3u8", "/song.mpd", "/song.json"]
BELOW = [Target(By.PREFIX, "/media/a1/"), Target(By.PREFIX, "/growing/a1/")]


def test_a_publication_drops_entries_alone_and_softly() -> None:
    assert of_entries("song", TAGS, soft=True) == [Target(By.TAG, "playback-song", soft=True)]
    for known in (PREFIXES, PATHS):
        some = of_entries("song", known, soft=True)
        assert some == [Target(By.PATH, path, soft=True) for path in ENTRIES]


def test_what_plays_no_more_is_dropped_whole() -> None:
    assert of_asset("a1", "song", TAGS) == [Target(By.TAG, "asset-a1")]
    hard = [Target(By.PATH, path) for path in ENTRIES]
    assert of_asset("a1", "song", PREFIXES) == hard + BELOW
    assert of_asset("a1", "song", PATHS) == hard, "objects come when they have gone"


def test_objects_that_have_gone() -> None:
    keys = ["media/a1/r1/128k/00000.m4s"]
    assert of_objects("a1", keys, TAGS) == [Target(By.TAG, "asset-a1")]
    assert of_objects("a1", keys, PREFIXES) == BELOW
    assert of_objects("a1", keys, PATHS) == [Target(By.PATH, "/media/a1/r1/128k/00000.m4s")]


@pytest.mark.parametrize("known", [PREFIXES, PATHS])
def test_answers_have_tags_alone(known: set[By]) -> None:
    assert of_answers(["track-1"], TAGS, soft=False) == [Target(By.TAG, "track-1")]
    assert of_answers(["track-1"], known, soft=False) == []
