import pytest

from cdn.policy.cache_control import policy_for
from cdn.policy.holding import NOT_HELD, UNVERIFIED, Holding, holding_for
from cdn.policy.object_class import ObjectClass
from origin.cache.lifetimes import holding_of, leads_to_others, may_change


@pytest.mark.parametrize(
    ("key", "is_listed", "holding"),
    [
        ("entry/a.json", False, holding_for(ObjectClass.ENTRY_PLAYLIST)),
        ("growing/a/r/128k/playlist.m3u8", False, holding_for(ObjectClass.GROWING_PLAYLIST)),
        ("growing/a/r/128k/init.mp4", False, holding_for(ObjectClass.PROVISIONAL_INIT)),
        ("media/a/r/128k/00000.m4s", True, Holding(None, None, 3600)),
        ("media/a/r/128k/00000.m4s", False, UNVERIFIED),
        ("media/a/r/index.json", False, NOT_HELD),
        ("artwork/t/a/96-0.jpg", False, UNVERIFIED),
        ("sources/a/u/song.wav", True, NOT_HELD),
    ],
)
def test_a_key_says_how_long_it_may_be_held(key: str, *, is_listed: bool, holding: Holding) -> None:
    assert holding_of(key, is_listed=is_listed) == holding


def test_only_what_is_below_a_revision_never_changes() -> None:
    assert not may_change("media/a/r/128k/00000.m4s")
    assert may_change("entry/a.json")
    assert may_change("growing/a/r/128k/playlist.m3u8")
    assert may_change("artwork/t/a/96-0.jpg")  # it may go, and that is told


def test_what_is_named_by_its_digest_or_below_a_revision_leads_to_nothing() -> None:
    assert leads_to_others("entry/a.json")
    assert leads_to_others("growing/a/r/128k/playlist.m3u8")
    assert not leads_to_others("artwork/t/a/96-0.jpg")
    assert not leads_to_others("media/a/r/128k/00000.m4s")


def test_the_tiers_add_little_to_what_caches_were_promised() -> None:
    entry = holding_for(ObjectClass.ENTRY_PLAYLIST)
    growing = holding_for(ObjectClass.GROWING_PLAYLIST)
    assert policy_for(ObjectClass.ENTRY_PLAYLIST).cache_control.startswith("max-age=60,")
    assert policy_for(ObjectClass.GROWING_PLAYLIST).cache_control == "max-age=3, stale-if-error=30"
    for holding, alone_s, heard_s in ((entry, 2, 11), (growing, 2, 3)):
        assert holding.memory_s is not None
        assert holding.heard_s is not None
        assert holding.memory_s + holding.stale_while_revalidate_s == alone_s
        assert holding.heard_s + holding.stale_while_revalidate_s == heard_s


@pytest.mark.parametrize("object_class", ObjectClass)
def test_what_may_not_be_stored_outside_is_not_held_inside(object_class: ObjectClass) -> None:
    if policy_for(object_class).cache_control in {"no-store", "private, no-store"}:
        assert holding_for(object_class) == NOT_HELD
