"""What a provisional multivariant playlist promises, held against what packaging then measures."""

from pathlib import Path

import numpy as np
import pytest
from obstore.store import MemoryStore

from manifests.growing import bandwidth_bound_bps
from manifests.rendition import Codec, Rung
from packager.extras import Extras
from packager.package import package
from tests.sources.bad import wav

RATE_HZ = 44_100


@pytest.fixture(scope="module")
def noise_after_silence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an encoder that saves bits in silence may spend most on."""
    noise = np.random.default_rng(1).integers(-32_768, 32_767, (RATE_HZ * 8, 2), np.int16)
    noise[: RATE_HZ * 5] = 0
    target = tmp_path_factory.mktemp("noise") / "noise.wav"
    return wav(target, noise.astype("<i2").tobytes())


@pytest.mark.parametrize(
    "source", [pytest.param("long_music", marks=pytest.mark.long), "noise_after_silence"]
)
def test_no_rendition_exceeds_its_bound(source: str, request: pytest.FixtureRequest) -> None:
    packaged = package(
        request.getfixturevalue(source),
        MemoryStore(),
        asset_id="asset",
        playback_id="playback",
        created_at="2026-01-02T03:04:05Z",
        extras=Extras(lossless=True),
    )
    renditions = packaged.index.renditions
    assert {rendition.codec for rendition in renditions} == set(Codec)
    for rendition in renditions:
        rung = Rung(rendition.rung, rendition.bitrate_bps, rendition.codec)
        bound_bps = bandwidth_bound_bps(rung, channels=2, sample_rate_hz=RATE_HZ)
        assert rendition.bandwidth_bps <= bound_bps
        assert rendition.average_bandwidth_bps <= 1.1 * rendition.bitrate_bps
