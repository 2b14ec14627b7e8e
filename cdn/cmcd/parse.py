"""From the bytes of a query or of header fields to a report. Any bytes give one, or none.

Both are the same list: ``key`` or ``key=value``, with commas between (CTA-5004 §3.2, Appendix A).
In a query it is the value of ``CMCD``, percent-encoded; in header fields it is spread over four,
and which key stands in which does not matter here. A key that comes twice counts as it came last
(RFC 8941 §3.2). Version 2 writes some values as lists in parentheses, one value for each of several
streams, with parameters behind semicolons: the first value is taken, which for sound alone is all.
A query of which an edge's log has encoded the percent signs once more is decoded once more.
"""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from cdn.cmcd.report import Report, Value

BYTES_MAX: Final = 4096
"""What is longer is no report: one has some 300 bytes, and some 500 percent-encoded."""
KEYS_MAX: Final = 64

FIELD_PREFIX: Final = "cmcd-"
FIELDS: Final = tuple(
    f"{FIELD_PREFIX}{name}" for name in ("object", "request", "session", "status")
)
_PARAMETER: Final = b"CMCD="
_SEPARATORS: Final = frozenset(b'=,"')
_ITEM: Final = re.compile(
    r"""[ \t]*+([A-Za-z*][A-Za-z0-9_.*-]{0,63}+)
        (?:=(?:"((?:[^"\\]|\\.)*+)"(?:;[^,]*+)?|\(([^()]*+)\)(?:;[^,]*+)?|([^,"]*+)))?
        [ \t]*+(?:,|\Z)""",
    re.VERBOSE,
)
"""Nothing that was taken is given back (``+``): else long runs of spaces take a blink to refuse."""
_IN_LIST: Final = re.compile(r'[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^ \t";]+))')
_ESCAPED: Final = re.compile(r"\\(.)")


def parse_query(query: bytes) -> Report | None:
    """Return what a query tells (without its ``?``); None where it tells nothing."""
    if len(query) > BYTES_MAX:
        return None
    found = [part[len(_PARAMETER) :] for part in query.split(b"&") if part.startswith(_PARAMETER)]
    if not found:
        return None
    return _report(b",".join(map(_decoded, found)))


def _decoded(written: bytes) -> bytes:
    """Decode a list; twice, where it is none after the first time: standard logs of CloudFront."""
    once = unquote_to_bytes(  # what is most of it, at once: that takes a tenth of the time
        written.replace(b"%2C", b",").replace(b"%3D", b"=").replace(b"%22", b'"')
    )
    if b"%" not in once or not _SEPARATORS.isdisjoint(once):
        return once
    return unquote_to_bytes(once)


def parse_fields(values: list[bytes]) -> Report | None:
    """Return what the values of ``CMCD-*`` header fields tell; None where they tell nothing."""
    joined = b",".join(values)
    return None if len(joined) > BYTES_MAX else _report(joined)


def fields_in(head: bytes) -> list[bytes]:
    """Return the values of ``CMCD-*`` fields among the lines of a request's head."""
    lines = (line.partition(b":") for line in head.split(b"\r\n"))
    return [
        value.strip(b" \t")
        for name, _, value in lines
        if len(name) < len("cmcd-session") + 1 and name.lower().decode("latin-1") in FIELDS
    ]


def _report(written: bytes) -> Report | None:
    values = _values(written.decode("utf-8", "replace"))
    return Report.of(values) if values else None


def _values(text: str) -> dict[str, Value]:
    """Return the values by their keys; what cannot be read is passed over, up to a comma."""
    values: dict[str, Value] = {}
    at, end = 0, len(text)
    for _ in range(KEYS_MAX):
        if at >= end:
            break
        match = _ITEM.match(text, at)
        if match is None:
            at = text.find(",", at) + 1 or end
            continue
        at = match.end()
        key, quoted, listed, bare = match.groups()
        if bare is not None:
            values[key] = bare.partition(";")[0].strip(" \t")
        elif quoted is not None:
            values[key] = _unescaped(quoted)
        else:
            values[key] = True if listed is None else _first_of(listed)
    return values


def _first_of(listed: str) -> Value:
    first = _IN_LIST.match(listed)
    if first is None:
        return ""
    return first[2] if first[1] is None else _unescaped(first[1])


def _unescaped(quoted: str) -> str:
    return _ESCAPED.sub(r"\1", quoted) if "\\" in quoted else quoted
