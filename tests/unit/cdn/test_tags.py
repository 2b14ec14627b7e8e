from hypothesis import given
from hypothesis import strategies as st

from cdn.policy.object_class import ObjectClass
from cdn.tags import artist_tag, named_tags, tag_headers, tags_for


def test_an_answer_is_tagged_by_class_asset_and_artist() -> None:
    tags = tags_for(ObjectClass.SEGMENT, asset_id="a1", artist="Some One")
    assert tags == ("class-segment", "asset-a1", artist_tag("Some One"))
    assert tag_headers(tags) == {
        "Surrogate-Key": " ".join(tags),
        "Cache-Tag": ",".join(tags),
    }


def test_what_an_address_names_is_tagged_by_its_id() -> None:
    named = named_tags({"track_id": "t1", "artwork_id": "p1", "name": "320.jpg"})
    assert named == ("track-t1",)
    assert tags_for(ObjectClass.ARTWORK, named=named) == ("class-artwork", "track-t1")


def test_without_tags_there_are_no_headers() -> None:
    assert tag_headers(()) == {}


def test_an_artist_is_the_same_however_the_name_is_written() -> None:
    assert artist_tag("Bj\u00f6rk ") == artist_tag("BJO\u0308RK")
    assert artist_tag("Bj\u00f6rk") != artist_tag("Bjork")


@given(st.text())
def test_no_name_breaks_out_of_its_tag(artist: str) -> None:
    headers = tag_headers(tags_for(ObjectClass.METADATA, asset_id="a", artist=artist))
    assert len(headers["Surrogate-Key"].split(" ")) == 3
    assert len(headers["Cache-Tag"].split(",")) == 3
    assert headers["Cache-Tag"].isascii()
