"""Looking for aiohttp's parser in C without loading aiohttp."""

import subprocess
import sys

import pytest

from origin.defence.parser import ParserMissing, look_for_c_parser

LOOK = """
import sys
from origin.defence.parser import look_for_c_parser
look_for_c_parser()
print(sorted(name for name in sys.modules if name.startswith("aiohttp")))
"""


def test_it_is_found_and_aiohttp_not_loaded() -> None:
    said = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


def test_it_is_missed_where_it_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIOHTTP_NO_EXTENSIONS", "1")
    with pytest.raises(ParserMissing, match="unset AIOHTTP_NO_EXTENSIONS"):
        look_for_c_parser()


def test_it_is_missed_where_its_file_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "aiohttp", raising=False)
    with pytest.raises(ParserMissing):
        look_for_c_parser()
