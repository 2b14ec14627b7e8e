"""No service without aiohttp's parser in C.

aiohttp has a second one in Python, which it takes where its extension is missing or switched off.
It is several times slower, it reads odd requests differently, and what the tests say of both paths
giving the same answers was tested with the first.
"""

import os
from importlib.machinery import PathFinder
from importlib.util import find_spec
from typing import Final

_REMEDY: Final = (
    "aiohttp runs without its parser in C here, and requests are not served with the other:"
    " unset AIOHTTP_NO_EXTENSIONS, or install aiohttp from a wheel for this Python"
    " (`pip install --force-reinstall --only-binary aiohttp aiohttp`)."
)


class ParserMissing(Exception):
    """aiohttp would read requests with its slow parser."""


def require_c_parser() -> None:
    """Raise ParserMissing where aiohttp, which is loaded for it, has only its parser in Python."""
    from aiohttp import http_parser  # noqa: PLC0415 a supervisor, which looks for it, loads none

    if http_parser.HttpRequestParser is http_parser.HttpRequestParserPy:
        raise ParserMissing(_REMEDY)


def look_for_c_parser() -> None:
    """Raise ParserMissing where aiohttp will not take it; whether it can be loaded is not tried."""
    package = find_spec("aiohttp")  # which loads no package that is at the top
    folders = None if package is None else package.submodule_search_locations
    there = PathFinder.find_spec("aiohttp._http_parser", folders)
    if os.environ.get("AIOHTTP_NO_EXTENSIONS") or there is None:
        raise ParserMissing(_REMEDY)
