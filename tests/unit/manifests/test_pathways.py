"""One presentation on several pathways: each is whole, and what is apart stays apart."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from manifests.media import Media, MediaType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from manifests.pathways import with_pathways
from manifests.session_data import SessionData
from manifests.validate import steering
from manifests.variant import IFrameVariant, NoCaptions, Variant
from tests.unit.manifests.validate.cases import multivariant

BASES = {"a": "https://a.example/", "b": "https://b.example/audio/"}
ONE = MultivariantPlaylist(
    variants=(
        Variant(
            "x/128k.m3u8",
            bandwidth_bps=130_000,
            stable_variant_id="128k",
            audio="sound",
            subtitles="words",
            closed_captions="cc",
        ),
        Variant(
            "https://c.example/256k.m3u8",
            bandwidth_bps=260_000,
            stable_variant_id="256k",
            closed_captions=NoCaptions.NONE,
        ),
    ),
    media=(
        Media(MediaType.AUDIO, "sound", "Music", "x/en.m3u8", stable_rendition_id="en"),
        Media(MediaType.SUBTITLES, "words", "Words", "x/words.m3u8"),
        Media(MediaType.CLOSED_CAPTIONS, "cc", "English", instream_id="CC1"),
    ),
    i_frame_variants=(IFrameVariant("x/i.m3u8", bandwidth_bps=1, video="picture"),),
    session_data=(SessionData("com.example.data", uri="x/data.json"),),
)


def test_each_pathway_has_everything_at_its_own_addresses() -> None:
    both = with_pathways(ONE, BASES)
    assert [(variant.pathway_id, variant.uri) for variant in both.variants] == [
        ("a", "https://a.example/x/128k.m3u8"),
        ("a", "https://c.example/256k.m3u8"),
        ("b", "https://b.example/audio/x/128k.m3u8"),
        ("b", "https://c.example/256k.m3u8"),
    ]
    assert [variant.stable_variant_id for variant in both.variants] == ["128k", "256k"] * 2
    assert [(each.pathway_id, each.uri, each.video) for each in both.i_frame_variants] == [
        ("a", "https://a.example/x/i.m3u8", "picture.a"),
        ("b", "https://b.example/audio/x/i.m3u8", "picture.b"),
    ]


def test_groups_are_a_pathways_own_but_for_what_is_inside_its_variants() -> None:
    both = with_pathways(ONE, BASES)
    assert [(media.group_id, media.uri) for media in both.media] == [
        ("cc", None),
        ("sound.a", "https://a.example/x/en.m3u8"),
        ("words.a", "https://a.example/x/words.m3u8"),
        ("sound.b", "https://b.example/audio/x/en.m3u8"),
        ("words.b", "https://b.example/audio/x/words.m3u8"),
    ]
    assert both.media[1].stable_rendition_id == both.media[3].stable_rendition_id == "en"
    first, second, third, _ = both.variants
    assert (first.audio, first.subtitles, first.closed_captions) == ("sound.a", "words.a", "cc")
    assert (second.audio, second.closed_captions) == (None, NoCaptions.NONE)
    assert third.audio == "sound.b"


def test_what_no_pathway_has_of_its_own_stays_relative() -> None:
    assert with_pathways(ONE, BASES).session_data == ONE.session_data


def test_where_there_is_one_pathway_it_has_a_name_all_the_same() -> None:
    alone = with_pathways(replace(ONE, media=(), i_frame_variants=()), {"a": "https://a.example/"})
    assert {variant.pathway_id for variant in alone.variants} == {"a"}
    assert len(alone.variants) == len(ONE.variants)


@given(st.dictionaries(st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True), st.just("https://a/")))
def test_what_is_written_is_read_again_and_no_rule_is_against_it(bases: dict[str, str]) -> None:
    text = with_pathways(ONE, bases or BASES).render()
    assert parse_playlist(text.encode()) == with_pathways(ONE, bases or BASES)
    assert list(steering.RULES.check(multivariant(text), "p")) == []
