"""An answer as bytes: read as it was written, or not at all."""

from http import HTTPStatus

from hypothesis import given
from hypothesis import strategies as st

from origin.companion.api.said import Said
from origin.companion.caching.kept import Kept, from_bytes, to_bytes

SECRET = bytes(range(32))
KEPT = st.builds(
    Kept,
    st.builds(
        Said,
        st.just(HTTPStatus.OK),
        st.just({"Link": "</v1>; rel=next"}),
        st.binary(max_size=50),
        st.none() | st.integers(1, 9),
    ),
    st.lists(st.text("abc:*/", max_size=9), max_size=3).map(tuple),
    st.integers(0, 2**62),
    st.floats(0, 1e10),
)


@given(KEPT)
def test_it_is_read_as_it_was_written(kept: Kept) -> None:
    found = from_bytes(to_bytes(kept, "name", SECRET), "name", SECRET)
    assert found is not None
    assert found.said.content == kept.said.content
    assert found.said.headers == kept.said.headers
    assert found.said.tag == kept.said.tag
    assert (found.subjects, found.position) == (kept.subjects, kept.position)
    assert found.read_s == kept.read_s


@given(KEPT, st.data())
def test_no_bit_of_it_can_be_changed(kept: Kept, data: st.DataObject) -> None:
    value = bytearray(to_bytes(kept, "name", SECRET))
    value[data.draw(st.integers(0, len(value) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert from_bytes(bytes(value), "name", SECRET) is None


@given(KEPT, st.data())
def test_it_is_read_under_its_name_with_its_key_and_whole(kept: Kept, data: st.DataObject) -> None:
    value = to_bytes(kept, "name", SECRET)
    assert from_bytes(value, "another", SECRET) is None
    assert from_bytes(value, "name", SECRET[::-1]) is None
    assert from_bytes(value[: data.draw(st.integers(0, len(value) - 1))], "name", SECRET) is None
    assert from_bytes(value + b"x", "name", SECRET) is None
