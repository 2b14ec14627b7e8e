"""Which variants of a test are asked by default, and which by ``-m long`` alone.

``long_if`` names parts of ids: variants of such an id are long. ``long_unless`` says of which ids
those are that are not.
"""

from collections import defaultdict
from collections.abc import Iterable

import pytest


def mark_long(items: Iterable[pytest.Item]) -> None:
    """Give ``long`` to the variants that are asked for by it alone.

    Raises:
        pytest.UsageError: Of several variants, none would be left.
    """
    is_long: dict[str, list[bool]] = defaultdict(list)
    for item in items:
        variant = getattr(item, "callspec", None)
        marks = [mark for mark in item.iter_markers() if mark.name in {"long_if", "long_unless"}]
        if variant is None or not marks:
            continue
        found = any(
            any(word in variant.id for word in mark.args) is (mark.name == "long_if")
            for mark in marks
        )
        is_long[item.nodeid.partition("[")[0]].append(found)
        if found:
            item.add_marker(pytest.mark.long)
    for name, each in is_long.items():
        if len(each) > 1 and all(each):
            raise pytest.UsageError(f"All variants of {name} are long: no id is as it is said.")
