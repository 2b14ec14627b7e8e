"""Which subjects events concern: those of whatever shows what has changed, and few others."""

from typing import Any

import pytest

from origin.companion.caching import subjects as s
from origin.companion.caching.concerned import FORGOTTEN, concerned, is_findable

OF = {"artist_id": "a", "album_id": "b", "asset_id": "s"}
LISTS = {s.TRACK_LISTS, s.lists_of("a"), s.content("b")}
TRACK, ALBUM, ARTIST = s.content("t"), s.content("b"), s.user("a")


@pytest.mark.parametrize(
    ("kind", "subject", "said", "expected"),
    [
        ("track.created", "t", {**OF, "asset_id": None, "fields": ["title"]}, set()),
        ("track.created", "t", {**OF, "fields": ["title"]}, {TRACK, *LISTS}),
        ("track.changed", "t", {**OF, "fields": ["description", "title"]}, {TRACK}),
        ("track.changed", "t", {**OF, "fields": ["duration_s"]}, {TRACK}),
        *(
            ("track.changed", "t", {**OF, "fields": [name]}, {TRACK, *LISTS})
            for name in ("genre", "tags", "visibility", "asset_id", "album_id")
        ),
        ("track.changed", "t", OF, {TRACK, *LISTS}),
        ("track.deleted", "t", {**OF, "fields": []}, {TRACK}),
        ("album.created", "b", {"artist_id": "a"}, {ALBUM, s.ALBUM_LISTS, s.lists_of("a")}),
        (
            "album.changed",
            "b",
            {"artist_id": "a", "fields": ["track_ids"]},
            {ALBUM, s.ALBUM_LISTS, s.lists_of("a")},
        ),
        *(
            (
                "album.changed",
                "b",
                {"artist_id": "a", "fields": [name]},
                {ALBUM, s.ALBUM_LISTS, s.lists_of("a"), ARTIST},
            )
            for name in ("title", "visibility")
        ),
        ("album.deleted", "b", {"artist_id": "a"}, {ALBUM}),
        ("artist.created", "a", {}, {ARTIST, s.ARTIST_LISTS}),
        ("artist.changed", "a", {"fields": ["name"]}, {ARTIST}),
        ("artist.deleted", "a", {}, {ARTIST, s.ARTIST_LISTS}),
        ("follow.created", "a", {}, {s.followers("a")}),
        ("follow.deleted", "a", {}, {s.followers("a")}),
        ("asset.created", "s", {}, set()),
        ("asset.ready", "s", {"track_id": None}, set()),
        ("asset.ready", "s", {"track_id": "t"}, {TRACK, s.SOUNDING}),
        ("asset.playable", "s", {"track_id": "t"}, {TRACK, s.SOUNDING}),
        ("asset.errored", "s", {"track_id": "t"}, {TRACK}),
        ("upload.completed", "u", {"track_id": "t"}, set()),
        ("webhook.disabled", "w", {}, set()),
        (FORGOTTEN, "user:*", {}, {"user:*"}),
    ],
)
def test_what_an_event_concerns(
    kind: str, subject: str, said: dict[str, Any], expected: set[str]
) -> None:
    assert set(concerned(kind, subject, said)) == expected


@pytest.mark.parametrize(
    ("kind", "said", "expected"),
    [
        ("track.created", {"asset_id": "s"}, True),
        ("track.created", {"asset_id": None}, False),
        ("track.changed", {"fields": ["title"]}, True),
        ("track.changed", {"fields": ["tags"]}, True),
        ("track.changed", {"fields": ["description"]}, False),
        ("track.changed", {}, True),
        ("track.changed", {"fields": ["language"]}, True),
        ("track.deleted", {"asset_id": None}, False),
        ("track.deleted", {"asset_id": "s"}, True),
        ("artist.deleted", {}, True),
        ("album.created", {}, True),
        ("artist.changed", {"fields": ["name"]}, True),
        ("artist.changed", {"fields": ["description"]}, False),
        ("asset.ready", {"track_id": "t"}, True),
        ("follow.created", {}, False),
        ("upload.created", {}, False),
    ],
)
def test_what_can_be_found_since(kind: str, said: dict[str, Any], *, expected: bool) -> None:
    assert is_findable(kind, said) is expected
