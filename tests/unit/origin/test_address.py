import pytest

from cdn.policy.object_class import ObjectClass
from manifests import layout
from origin.delivery.address import ObjectKind, growing_kind_of, kind_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (layout.segment_name("128k", 7), ObjectKind(ObjectClass.SEGMENT, "video/iso.segment")),
        (layout.segment_name("a", 123_456), ObjectKind(ObjectClass.SEGMENT, "video/iso.segment")),
        (layout.packed_segment_name("128k", 7), ObjectKind(ObjectClass.SEGMENT, "audio/aac")),
        (
            layout.packed_playlist_name("128k"),
            ObjectKind(ObjectClass.MEDIA_PLAYLIST, "application/vnd.apple.mpegurl"),
        ),
        (
            layout.PACKED_MULTIVARIANT,
            ObjectKind(ObjectClass.MULTIVARIANT_PLAYLIST, "application/vnd.apple.mpegurl"),
        ),
        (layout.init_name("128k"), ObjectKind(ObjectClass.INIT, "audio/mp4")),
        (
            layout.playlist_name("128k"),
            ObjectKind(ObjectClass.MEDIA_PLAYLIST, "application/vnd.apple.mpegurl"),
        ),
        (
            layout.MULTIVARIANT,
            ObjectKind(ObjectClass.MULTIVARIANT_PLAYLIST, "application/vnd.apple.mpegurl"),
        ),
        (layout.MPD, ObjectKind(ObjectClass.MPD, "application/dash+xml")),
        (layout.WAVEFORM_JSON, ObjectKind(ObjectClass.WAVEFORM, "application/json")),
        (layout.WAVEFORM_BINARY, ObjectKind(ObjectClass.WAVEFORM, "application/octet-stream")),
        (layout.CHAPTERS_JSON, ObjectKind(ObjectClass.CHAPTERS, "application/json+chapters")),
        (layout.HLS_CHAPTERS_JSON, ObjectKind(ObjectClass.CHAPTERS, "application/json")),
        (layout.artwork_name(1200), ObjectKind(ObjectClass.ARTWORK, "image/jpeg")),
    ],
)
def test_every_name_of_the_layout_has_a_kind(name: str, kind: ObjectKind) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    "name",
    [
        layout.INDEX,
        "",
        "00000.m4s",
        "128k/0.m4s",
        "128k/00000.m4s.bak",
        "00000.aac",
        "128k/00000xm4s",
        "128k/128k/00000.m4s",
        "../128k/00000.m4s",
        "128k/../init.mp4",
        "128K/init.mp4",
        "128k/init.mp4\n",
        "artwork-.jpg",
        "artwork-1.png",
        "128k/\u0660\u0660\u0660\u0660\u0660.m4s",
    ],
)
def test_nothing_else_has(name: str) -> None:
    assert kind_of(name) is None


@pytest.mark.parametrize(
    ("name", "object_class"),
    [
        (layout.MULTIVARIANT, ObjectClass.GROWING_PLAYLIST),
        (layout.playlist_name("128k"), ObjectClass.GROWING_PLAYLIST),
        (layout.init_name("128k"), ObjectClass.PROVISIONAL_INIT),
    ],
)
def test_what_grows_is_of_another_class(name: str, object_class: ObjectClass) -> None:
    growing, complete = growing_kind_of(name), kind_of(name)
    assert growing is not None
    assert complete is not None
    assert growing.object_class is object_class
    assert growing.media_type == complete.media_type


@pytest.mark.parametrize(
    "name", [layout.WITHDRAWN, layout.INDEX, layout.MPD, layout.segment_name("128k", 0), ""]
)
def test_nothing_else_grows(name: str) -> None:
    assert growing_kind_of(name) is None
