"""RFC 9110 §14: which bytes a Range header selects of a representation of 1,000 bytes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from origin.delivery.range import (
    ByteSpan,
    Parts,
    Selection,
    Unsatisfiable,
    Whole,
    content_range,
    select,
    unsatisfied_content_range,
)

SIZE = 1000


def parts(*bounds: tuple[int, int]) -> Parts:
    return Parts(tuple(ByteSpan(start, stop) for start, stop in bounds))


CASES: list[tuple[str, str | None, Selection]] = [
    ("§14.2 no header", None, Whole()),
    ("§14.1.2 first five hundred", "bytes=0-499", parts((0, 500))),
    ("§14.1.2 second five hundred", "bytes=500-999", parts((500, 1000))),
    ("§14.1.2 last five hundred", "bytes=-500", parts((500, 1000))),
    ("§14.1.2 from a place to the end", "bytes=500-", parts((500, 1000))),
    ("§14.1.2 all of it, as Chromium asks", "bytes=0-", parts((0, 1000))),
    ("§14.1.2 one byte", "bytes=0-0", parts((0, 1))),
    ("§14.1.2 the last byte", "bytes=-1", parts((999, 1000))),
    ("§14.1.2 first and last", "bytes=0-0,-1", parts((0, 1), (999, 1000))),
    ("§14.1.2 several", "bytes= 0-99, 200-299,, 999-", parts((0, 100), (200, 300), (999, 1000))),
    ("§14.1.2 last past the end", "bytes=900-4000", parts((900, 1000))),
    ("§14.1.2 last absurdly past the end", f"bytes=900-{'9' * 5000}", parts((900, 1000))),
    ("§14.1.2 suffix longer than all", "bytes=-4000", parts((0, 1000))),
    ("§14.1.2 leading zeros", "bytes=0000-0009", parts((0, 10))),
    ("§14.1.2 first past the end", "bytes=1000-", Unsatisfiable()),
    ("§14.1.2 first absurdly past the end", f"bytes={'9' * 5000}-", Unsatisfiable()),
    ("§14.1.2 suffix of nothing", "bytes=-0", Unsatisfiable()),
    ("§15.5.17 none of several", "bytes=1000-1001,2000-", Unsatisfiable()),
    ("§14.2 some of several", "bytes=0-9,2000-", parts((0, 10))),
    ("§14.1 unit in another case", "Bytes=0-9", parts((0, 10))),
    ("§5.6.1.2 empty elements", "bytes=,0-9,", parts((0, 10))),
    ("§14.2 another unit", "samples=0-9", Whole()),
    ("§14.1.1 last before first", "bytes=9-0", Whole()),
    ("§14.1.1 one bad spec spoils all", "bytes=0-9,x", Whole()),
    ("§14.1.1 no spec", "bytes=", Whole()),
    ("§14.1.1 only commas", "bytes=,,,", Whole()),
    ("§14.1.1 lone hyphen", "bytes=-", Whole()),
    ("§14.1.1 no equals sign", "bytes 0-9", Whole()),
    ("§14.1.1 space before equals", "bytes =0-9", Whole()),
    ("§14.1.1 space inside", "bytes=0 - 9", Whole()),
    ("§14.1.1 sign", "bytes=+0-9", Whole()),
    ("§14.1.1 hexadecimal", "bytes=0x0-0x9", Whole()),
    ("§14.1.1 digits of another script", "bytes=\u0660-\u0669", Whole()),
    ("§14.1.1 two hyphens", "bytes=0-9-", Whole()),
    ("§14.2 overlapping", "bytes=0-99,50-149", Whole()),
    ("§14.2 backwards", "bytes=500-599,0-99", Whole()),
    ("§14.2 eight parts", "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 16, 2)),
     parts(*((n, n + 1) for n in range(0, 16, 2)))),
    ("§14.2 more than eight parts", "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 18, 2)),
     Whole()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_selects(header: str | None, expected: Selection) -> None:
    assert select(header, SIZE) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [("bytes=-5", Whole()), ("bytes=-0", Unsatisfiable()), ("bytes=0-", Unsatisfiable())],
)
def test_of_nothing_there_is_an_end_and_no_beginning(header: str, expected: Selection) -> None:
    """§14.1.2: a suffix of some length is satisfiable, whatever there is."""
    assert select(header, 0) == expected


def test_content_range_is_inclusive_on_the_wire() -> None:
    assert content_range(ByteSpan(0, 500), SIZE) == "bytes 0-499/1000"
    assert unsatisfied_content_range(SIZE) == "bytes */1000"


@given(st.text(alphabet="bytes=0123456789-, \t") | st.text(), st.integers(0, 2000))
@example("bytes=-5", 0)
@example("bytes=0-", 0)
def test_no_header_selects_bytes_that_do_not_exist(header: str, size_bytes: int) -> None:
    selection = select(header, size_bytes)
    spans = selection.spans if isinstance(selection, Parts) else ()
    assert all(0 <= span.start < span.stop <= size_bytes for span in spans)
    assert sum(span.size_bytes for span in spans) <= size_bytes


@given(first=st.integers(0, SIZE - 1), length=st.integers(1, SIZE))
def test_what_was_asked_for_is_what_is_selected(first: int, length: int) -> None:
    expected = parts((first, min(first + length, SIZE)))
    assert select(f"bytes={first}-{first + length - 1}", SIZE) == expected
