"""Blocks, maps and quotes, as nginx reads them."""

from collections.abc import Iterable
from textwrap import indent
from typing import Final

NOTHING: Final = "^$"
"""The expression of a text that is empty."""


def block(head: str, *lines: str) -> str:
    """Return a block of directives, each of which ends with its own semicolon or brace."""
    return f"{head} {{\n{indent(chr(10).join(lines), '    ')}\n}}"


def quoted(text: str) -> str:
    """Return a parameter that nginx reads as just this text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def mapped(
    source: str,
    variable: str,
    rows: Iterable[tuple[str, str]],
    default: str = "",
    *,
    volatile: bool = False,
) -> str:
    """Return a map of nginx: ``rows`` are regular expressions and values, and the first counts.

    A value may have variables in it, and ``$1``. It may not have both, where such a variable is
    itself of a map that nobody has looked at before: its expression would change ``$1``.
    ``volatile`` maps are looked at anew each time, for what nginx asks more than once in a request.
    """
    lines = [f"{quoted(_key(pattern))} {quoted(value)};" for pattern, value in rows]
    first = [*(["volatile;"] if volatile else []), f"default {quoted(default)};"]
    return block(f"map {quoted(source)} {variable}", *first, *lines)


def _key(pattern: str) -> str:
    """Return what a map compares with; nginx asks no expression about a text that is empty."""
    return "" if pattern == NOTHING else f"~{pattern}"
