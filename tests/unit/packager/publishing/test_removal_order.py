import pytest

from manifests.layout import Revision
from packager.publishing.removal_order import removal_stage

WHERE = Revision("a", "r")


@pytest.mark.parametrize(
    ("names", "stage"),
    [
        (("multivariant.m3u8", "manifest.mpd", "packed.m3u8", "index.json"), 0),
        (("128k/playlist.m3u8", "128k/packed.m3u8"), 1),
        (("128k/00000.m4s", "128k/00000.aac", "128k/init.mp4", "waveform.json"), 2),
        (("128k/00000.json", "withdrawn.json", "artwork-96.jpg", "chapters.json"), 2),
    ],
)
def test_what_lists_others_goes_before_them(names: tuple[str, ...], stage: int) -> None:
    for name in names:
        assert removal_stage(WHERE, WHERE.key(name)) == stage
        assert removal_stage(WHERE, WHERE.growing_key(name)) == stage
