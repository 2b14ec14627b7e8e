import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.policy.cache_control import Audience, policy_for
from cdn.policy.object_class import ObjectClass

FOREVER = "public, max-age=31536000, immutable"
ENTRY = "max-age=60, stale-while-revalidate=60, stale-if-error=86400"


@pytest.mark.parametrize(
    ("object_class", "cache_control"),
    [
        (ObjectClass.SEGMENT, FOREVER),
        (ObjectClass.INIT, FOREVER),
        (ObjectClass.MEDIA_PLAYLIST, FOREVER),
        (ObjectClass.MULTIVARIANT_PLAYLIST, FOREVER),
        (ObjectClass.MPD, FOREVER),
        (ObjectClass.WAVEFORM, FOREVER),
        (ObjectClass.CHAPTERS, FOREVER),
        (ObjectClass.ARTWORK, FOREVER),
        (ObjectClass.PAGE_ASSET, FOREVER),
        (ObjectClass.GROWING_PLAYLIST, "max-age=3, stale-if-error=30"),
        (ObjectClass.ENTRY_PLAYLIST, ENTRY),
        (ObjectClass.ENTRY_MPD, ENTRY),
        (ObjectClass.METADATA, ENTRY),
        (ObjectClass.PROVISIONAL_ENTRY, "max-age=2, stale-if-error=30"),
        (ObjectClass.PAGE, "public, max-age=0, must-revalidate"),
        (ObjectClass.PUBLIC_API, "public, max-age=0, s-maxage=30, stale-while-revalidate=60"),
        (ObjectClass.PROVISIONAL_INIT, "max-age=60, stale-if-error=30"),
        (ObjectClass.KEYS, "public, max-age=300, stale-if-error=86400"),
        (ObjectClass.TOKEN_CHECK, "max-age=60"),
        (ObjectClass.NOT_FOUND, "max-age=5"),
        (ObjectClass.CLIENT_ERROR, "no-store"),
        (ObjectClass.SERVER_ERROR, "no-store"),
        (ObjectClass.PROBE, "no-store"),
        (ObjectClass.STEERING, "no-store"),
        (ObjectClass.PARTIAL_LISTING, "no-store"),
        (ObjectClass.PRIVATE, "private, no-store"),
    ],
)
def test_each_class_has_its_cache_control(object_class: ObjectClass, cache_control: str) -> None:
    assert policy_for(object_class).cache_control == cache_control


@pytest.mark.parametrize("object_class", ObjectClass)
@pytest.mark.parametrize("purged", [True, False])
def test_who_holds_a_token_may_store_and_shared_caches_that_know_no_tokens_may_not(
    object_class: ObjectClass, *, purged: bool
) -> None:
    anyone = policy_for(object_class, purged=purged)
    holders = policy_for(object_class, audience=Audience.TOKEN_HOLDERS, purged=purged)
    behind = policy_for(object_class, audience=Audience.HOLDERS_BEHIND_CDN, purged=purged)
    assert behind.cdn_cache_control == anyone.cdn_cache_control
    assert behind.surrogate_control == anyone.surrogate_control
    assert behind.cache_control == holders.cache_control
    for to_cdns in (holders.cdn_cache_control, holders.surrogate_control):
        assert to_cdns in {"no-store", "private, no-store"}
    directives = holders.cache_control.split(", ")
    assert {"private", "no-store"} & set(directives)
    assert not any(each == "public" or each.startswith("s-maxage") for each in directives)


def test_a_token_changes_nothing_about_how_long_a_browser_keeps_something() -> None:
    said = [
        policy_for(each, audience=Audience.TOKEN_HOLDERS, purged=True).cache_control
        for each in (ObjectClass.SEGMENT, ObjectClass.ENTRY_PLAYLIST, ObjectClass.PROVISIONAL_ENTRY)
    ]
    assert said == [
        "private, max-age=31536000, immutable",
        "private, max-age=60, stale-while-revalidate=60, stale-if-error=86400",
        "private, max-age=2, stale-if-error=30",
    ]


def test_a_purger_lets_cdns_and_only_cdns_keep_entries_for_a_day() -> None:
    policy = policy_for(ObjectClass.ENTRY_PLAYLIST, purged=True)
    assert policy.headers == {
        "Cache-Control": (
            "max-age=60, s-maxage=86400, stale-while-revalidate=60, stale-if-error=86400"
        ),
        "CDN-Cache-Control": "max-age=86400, stale-while-revalidate=60, stale-if-error=86400",
        "Surrogate-Control": "max-age=86400, stale-while-revalidate=60, stale-if-error=86400",
    }


def test_a_purger_changes_nothing_about_provisional_entries() -> None:
    assert policy_for(ObjectClass.PROVISIONAL_ENTRY, purged=True) == policy_for(
        ObjectClass.PROVISIONAL_ENTRY
    )


@pytest.mark.parametrize(("target_duration_s", "max_age"), [(6, 3), (7, 3), (2, 1), (1, 1)])
def test_a_growing_playlist_lives_half_a_target_duration(
    target_duration_s: int, max_age: int
) -> None:
    policy = policy_for(ObjectClass.GROWING_PLAYLIST, target_duration_s=target_duration_s)
    assert policy.cache_control == f"max-age={max_age}, stale-if-error=30"


def test_what_is_provisional_is_asked_for_again_soon() -> None:
    assert policy_for(ObjectClass.PROVISIONAL_ENTRY).cache_control == "max-age=2, stale-if-error=30"
    assert policy_for(ObjectClass.PROVISIONAL_INIT).cache_control == "max-age=60, stale-if-error=30"


def test_cdns_are_told_the_shared_lifetime() -> None:
    assert policy_for(ObjectClass.SEGMENT).cdn_cache_control == "max-age=31536000, immutable"
    assert policy_for(ObjectClass.SEGMENT).surrogate_control == "max-age=31536000"
    policy = policy_for(ObjectClass.PUBLIC_API)
    assert policy.cdn_cache_control == "max-age=30, stale-while-revalidate=60"


def test_sound_and_pictures_are_not_compressed_again() -> None:
    squeezed = {each for each in ObjectClass if policy_for(each).compressible}
    assert squeezed.isdisjoint({ObjectClass.SEGMENT, ObjectClass.INIT, ObjectClass.ARTWORK})
    assert {ObjectClass.ENTRY_PLAYLIST, ObjectClass.MEDIA_PLAYLIST} < squeezed
    assert {ObjectClass.PUBLIC_API, ObjectClass.PRIVATE} < squeezed


def may_be_shared(said: str) -> bool:
    """Tell whether a shared cache may store what it is told this of (RFC 9111 §3)."""
    return {"private", "no-store"}.isdisjoint(said.split(", "))


@given(
    object_class=st.sampled_from(ObjectClass),
    audience=st.sampled_from(Audience),
    target_duration_s=st.integers(1, 3600),
    purged=st.booleans(),
    doubted=st.booleans(),
    remaining_s=st.none() | st.integers(0, 100),
)
def test_nothing_private_is_ever_storable(
    object_class: ObjectClass,
    audience: Audience,
    target_duration_s: int,
    remaining_s: int | None,
    *,
    purged: bool,
    doubted: bool,
) -> None:
    policy = policy_for(
        object_class,
        audience=audience,
        target_duration_s=target_duration_s,
        purged=purged,
        doubted=doubted,
        remaining_s=remaining_s,
    )
    assert {*policy.headers} == {"Cache-Control", "CDN-Cache-Control", "Surrogate-Control"}
    if audience is Audience.ONE or object_class is ObjectClass.PRIVATE:
        assert policy.cache_control == "private, no-store"
        assert policy.cdn_cache_control == "no-store"
        assert policy.surrogate_control == "no-store"
    if audience is Audience.TOKEN_HOLDERS:
        assert not any(map(may_be_shared, policy.headers.values()))
    if audience is not Audience.ANYONE:
        assert not may_be_shared(policy.cache_control)
        assert "public" not in str(policy.headers)
    if object_class is ObjectClass.SERVER_ERROR:
        assert "max-age" not in str(policy.headers)


@pytest.mark.parametrize("object_class", ObjectClass)
def test_what_another_store_may_know_better_is_kept_by_nobody_for_long(
    object_class: ObjectClass,
) -> None:
    policy = policy_for(object_class, purged=True, doubted=True)
    said = {directive for value in policy.headers.values() for directive in value.split(", ")}
    said -= {"public", "private", "no-store", "must-revalidate"}
    assert {int(directive.removeprefix("max-age=")) for directive in said} <= {0, 2, 3, 5, 10}


@given(
    object_class=st.sampled_from(ObjectClass),
    audience=st.sampled_from(Audience),
    remaining_s=st.integers(0, 100),
    purged=st.booleans(),
)
def test_nothing_is_kept_longer_than_it_holds(
    object_class: ObjectClass, audience: Audience, remaining_s: int, *, purged: bool
) -> None:
    policy = policy_for(object_class, audience=audience, purged=purged, remaining_s=remaining_s)
    said = {directive for value in policy.headers.values() for directive in value.split(", ")}
    lives = {int(each.partition("=")[2]) for each in said if "=" in each}
    assert all(life <= remaining_s for life in lives)
    assert not any("stale" in each or "immutable" in each for each in said)
