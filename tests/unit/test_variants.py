"""What is asked by default and what by ``-m long`` are all tests, and something of each test."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = """
from tests.variants import mark_long

def pytest_collection_modifyitems(items):
    mark_long(items)
"""
MISSPELT = """
import pytest

@pytest.mark.long_unless("sqlit3")
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_it(database):
    pass
"""


@pytest.mark.long_unless("sqlite")
@pytest.mark.long_if("wide")
@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_variants_are_long_by_their_ids(
    request: pytest.FixtureRequest, width: str, database: str
) -> None:
    is_default = (width, database) == ("narrow", "sqlite")
    assert (request.node.get_closest_marker("long") is None) is is_default


def test_a_word_that_is_in_no_id_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(MISSPELT)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", "/dev/null", "-o", f"pythonpath={ROOT}", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no id is as it is said" in done.stderr
