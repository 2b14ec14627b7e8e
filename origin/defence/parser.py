"""No service without aiohttp's parser in C.

aiohttp has a second one in Python, which it takes where its extension is missing or switched off.
It is several times slower, it reads odd requests differently, and what the tests say of both paths
giving the same answers was tested with the first.
"""

from aiohttp import http_parser


class ParserMissing(Exception):
    """aiohttp would read requests with its slow parser."""


def require_c_parser() -> None:
    """Raise ParserMissing where aiohttp has only its parser in Python."""
    if http_parser.HttpRequestParser is http_parser.HttpRequestParserPy:
        raise ParserMissing(
            "aiohttp runs without its parser in C here, and requests are not served with the other:"
            " unset AIOHTTP_NO_EXTENSIONS, or install aiohttp from a wheel for this Python"
            " (`pip install --force-reinstall --only-binary aiohttp aiohttp`)."
        )
