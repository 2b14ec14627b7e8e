"""``Forwarded`` (RFC 7239): the nodes that asked, the last first. Pure.

The field is read from its end, as it was written: each proxy adds an element behind what its client
sent, which may be anything, a quotation mark that is never closed among it. So the last element is
the shortest piece behind a comma that is one by the grammar (§4). That it is not a piece of another
one's quoted text is certain: such a piece has its first quotation mark where none can be.

An element whose ``for`` is no address (``unknown``, ``_hidden``), is there twice, or is missing,
names nobody. So does one that is not as the grammar has it: IPv6 is in brackets and quotes.
"""

import re
from collections.abc import Iterator
from typing import Final

_NAME: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_QUOTED: Final = r'"(?:[\t \x21\x23-\x5b\x5d-\x7e]|\\[\t\x20-\x7e])*"'
_PAIR: Final = rf"({_NAME})=({_NAME}|{_QUOTED})"
_PAIRS: Final = re.compile(_PAIR)
_ELEMENT: Final = re.compile(rf"[\t ]*(?:{_PAIR})?(?:;(?:{_PAIR})?)*[\t ]*")
_NODE: Final = re.compile(  # §6
    r"(?:([0-9]{1,3}(?:\.[0-9]{1,3}){3})|\[([0-9A-Fa-f:.]+)\])(?::(?:[0-9]{1,5}|_[A-Za-z0-9._\-]+))?"
)
_ESCAPE: Final = re.compile(r"\\(.)")


def nodes_from_end(field: str) -> Iterator[str | None]:
    """Yield the address of each element, without its port.

    None is for one that names nobody, and, at last, for a piece that is no element.
    """
    stop = len(field)
    while stop >= 0:
        start = stop
        while True:
            start = field.rfind(",", 0, start)
            if _ELEMENT.fullmatch(field, start + 1, stop):
                break
            if start < 0:
                yield None
                return
        yield _address(field[start + 1 : stop])
        stop = start


def _address(element: str) -> str | None:
    """Return the address in the ``for`` of an element, if it is one."""
    named = [value for name, value in _PAIRS.findall(element) if name.lower() == "for"]
    if len(named) != 1:
        return None
    (value,) = named
    if value.startswith('"'):
        value = _ESCAPE.sub(r"\1", value[1:-1])
    elif ":" in value or "[" in value:
        return None
    node = _NODE.fullmatch(value)
    return None if node is None else node[1] or node[2]
