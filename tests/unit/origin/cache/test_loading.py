"""Who has no cache loads nothing that asks Redis: it takes a good part of the time of a start."""

import subprocess
import sys

import pytest

LOADED = """
import sys
from origin.process import run_alone
from origin.companion.opening import open_companion
from origin.cache.running import Tiers
cache = sys.argv[1] or None
Tiers(None, cache)
print("redis" in sys.modules)
"""


@pytest.mark.parametrize(("cache", "is_loaded"), [("", False), ("redis://localhost:1/0", True)])
def test_redis_is_loaded_where_there_is_a_cache(cache: str, is_loaded: bool) -> None:  # noqa: FBT001 a case
    said = subprocess.check_output([sys.executable, "-c", LOADED, cache], text=True, timeout=100)
    assert said.strip() == str(is_loaded)
