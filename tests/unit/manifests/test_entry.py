import math

import pytest

from manifests.entry import Entry
from manifests.errors import ManifestError


@pytest.mark.parametrize("duration_s", [-0.001, math.inf, math.nan])
def test_what_is_no_duration_is_refused(duration_s: float) -> None:
    with pytest.raises(ManifestError, match="it lasts"):
        Entry("p", "a", "r", "2026-11-23T00:00:00+00:00", duration_s)
