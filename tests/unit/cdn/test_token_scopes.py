"""What a token is limited to: by class and by address, which agree."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.errors import TokenRefused
from cdn.policy.object_class import ObjectClass
from cdn.policy.route import ROUTES
from cdn.signing.scope import EVERYTHING, SCOPES, Scope, read_scopes, scope_of_path, written
from origin.delivery.address import growing_kind_of, kind_of

BELOW_A_REVISION = [
    "128k/00001.m4s", "128k/00001.aac", "128k/init.mp4", "128k/playlist.m3u8", "128k/packed.m3u8",
    "multivariant.m3u8", "packed.m3u8", "manifest.mpd", "waveform.json", "waveform.dat",
    "chapters.json", "hls-chapters.json", "artwork-320.jpg",
]  # fmt: skip
ENTRIES = {
    "/a.m3u8": ObjectClass.ENTRY_PLAYLIST,
    "/a.packed.m3u8": ObjectClass.ENTRY_PLAYLIST,
    "/a.mpd": ObjectClass.ENTRY_MPD,
    "/a.json": ObjectClass.METADATA,
}


def test_every_class_that_can_be_under_a_token_has_a_scope() -> None:
    under = {each for route in ROUTES if route.under_token for each in route.classes}
    assert under - {ObjectClass.PROVISIONAL_ENTRY} == set(SCOPES)


@pytest.mark.parametrize("name", BELOW_A_REVISION)
def test_address_and_class_agree_below_a_revision(name: str) -> None:
    kind = kind_of(name)
    assert kind is not None
    assert scope_of_path(f"/media/a/r/{name}") is SCOPES[kind.object_class]
    growing = growing_kind_of(name)
    if growing is not None:
        assert scope_of_path(f"/growing/a/r/{name}") is SCOPES[growing.object_class]


def test_all_kinds_of_names_below_a_revision_are_looked_at() -> None:
    seen = {kind.object_class for name in BELOW_A_REVISION if (kind := kind_of(name))}
    below = {each for route in ROUTES if route.name in {"sound", "cover", "document"}
             for each in route.classes}  # fmt: skip
    assert seen == below - {ObjectClass.GROWING_PLAYLIST, ObjectClass.PROVISIONAL_INIT}


@pytest.mark.parametrize(("path", "object_class"), ENTRIES.items())
def test_address_and_class_agree_of_entries(path: str, object_class: ObjectClass) -> None:
    assert scope_of_path(path) is SCOPES[object_class]


@pytest.mark.parametrize(
    ("claim", "scopes"),
    [
        ("play", {Scope.PLAY}),
        ("about", {Scope.ABOUT}),
        ("about play", EVERYTHING),
        ("play play", {Scope.PLAY}),
        ("download", set()),
        ("play download", {Scope.PLAY}),
        ("PLAY", set()),
        ("playabout", set()),
    ],
)
def test_a_claim_opens_the_words_that_are_known(claim: str, scopes: set[Scope]) -> None:
    assert read_scopes(claim) == scopes


@pytest.mark.parametrize(
    "claim", ["", " ", " play", "play ", "play  about", "play\tabout", 'play"', None, 1, ["play"]]
)
def test_a_claim_that_is_no_list_of_words_is_refused(claim: object) -> None:
    with pytest.raises(TokenRefused):
        read_scopes(claim)


@given(st.text())
def test_no_text_opens_more_than_its_words(claim: str) -> None:
    try:
        scopes = read_scopes(claim)
    except TokenRefused:
        return
    assert {str(each) for each in scopes} <= set(re.split(" ", claim))


@given(st.sets(st.sampled_from(Scope), min_size=1))
def test_what_is_written_is_read(scopes: set[Scope]) -> None:
    assert read_scopes(written(scopes)) == scopes
