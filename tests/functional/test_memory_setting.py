"""``--memory``: what a worker holds of the store's objects, as its answers tell: 1 MB, and 2 MB."""

import urllib.request
from pathlib import Path

import pytest
from obstore.store import LocalStore

from manifests.layout import segment_name
from tests.servers.soundbridge import running, url_said
from tests.sources.published import RUNGS, SEGMENTS, publish

IN_MEMORY = "soundbridge; hit"
BACKWARDS = range(SEGMENTS - 1, -1, -1)
"""Nothing is read ahead then that is asked for next."""


def told(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 our own server
        answer.read()
        return str(answer.headers["Cache-Status"])


@pytest.mark.parametrize(("memory", "is_enough"), [("16", False), ("19", True)])
def test_no_more_is_held_than_there_is_memory_for(
    tmp_path: Path, memory: str, *, is_enough: bool
) -> None:
    asset = publish(LocalStore(tmp_path))
    names = [segment_name(rung, number) for rung in RUNGS for number in BACKWARDS]
    assert 1_000_000 < sum(len(asset.contents[name]) for name in names) < 1_500_000
    serve = ("serve", "--store", tmp_path, "--port", "0", "--memory", memory)
    with running(*serve) as process:
        url = f"{url_said(process)}{asset.path}"
        found = [told(f"{url}/{name}") for name in names * 2][len(names) :]
    assert (found == [IN_MEMORY] * len(names)) is is_enough
