import hashlib

import pytest

from packager.publishing.entity_tags import ExpectedTags, Reading, StoreTags, digest_in, digest_of

ABC = "900150983cd24fb0d6963f7d28e17f72"
"""The MD5 of "abc" (RFC 1321 A.5)."""


def test_a_digest_is_found_in_tags_of_its_form_alone() -> None:
    assert digest_in(f'"{ABC}"') == digest_in(ABC) == ABC
    for tag in (None, "", '"0"', f'"{ABC}-3"', '"210bc0-6613d046f3216-1"', '"0x8DCAFE"'):
        assert digest_in(tag) is None


def test_a_digest_is_the_md5() -> None:
    assert digest_of(b"abc") == ABC


@pytest.mark.parametrize("parts", [(b"abc",), (b"ab", b"c"), (b"a", b"b", b"c")])
def test_parts_fit_a_tag_of_the_whole_and_one_of_these_parts(parts: tuple[bytes, ...]) -> None:
    joined = b"".join(hashlib.md5(part, usedforsecurity=False).digest() for part in parts)
    in_parts = f'"{digest_of(joined)}-{len(parts)}"'
    expected, more = ExpectedTags.of(iter(parts)), ExpectedTags.of((*parts, b"d"))
    assert expected.fit(f'"{ABC}"') is True
    assert expected.fit(in_parts) is True
    assert expected.fit(f'"{digest_of(joined)}-{len(parts) + 1}"') is False
    assert more.fit(f'"{ABC}"') is False
    assert more.fit(in_parts) is False


@pytest.mark.parametrize("tag", [None, "", '"0x8DCAFE"'])
def test_other_forms_say_nothing(tag: str | None) -> None:
    assert ExpectedTags.of([b"abc"]).fit(tag) is None


def test_what_does_not_fit_is_believed_once_it_comes_the_same_several_times() -> None:
    tags, other = StoreTags(), '"' + "0" * 32 + '"'
    good, altered = Reading(b"abc", f'"{ABC}"'), Reading(b"abd", f'"{ABC}"')
    same = Reading(b"abc", other)
    assert tags.vouch([good])
    assert not tags.vouch([altered])
    assert tags.vouch([altered, good])
    assert not tags.vouch([same, altered, same])
    assert not tags.vouch([same, same])
    assert not tags.fit(other, b"abc")
    assert tags.vouch([altered, same, same, same])
    assert tags.vouch([same, same, same])
    assert not tags.fit(other, b"abc"), "one object alone tells nothing of others"
    assert tags.vouch([Reading(b"abe", '"' + "1" * 32 + '"')] * 3)
    assert tags.fit(other, b"abc"), "from there on tags are not looked at"
    assert tags.vouch([good])
    assert not tags.fit(other, b"abc"), "until one fits"


def test_tags_of_other_forms_are_no_reason_to_look() -> None:
    assert StoreTags().vouch([Reading(b"abc", '"0x8DCAFE"')])
    assert StoreTags().vouch([Reading(b"abc", None)])
