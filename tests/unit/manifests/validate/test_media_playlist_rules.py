"""Each rule on a media playlist by itself: silent on a valid one, and heard on its own defect."""

import pytest

from manifests.validate import date_range, define, key, media_playlist, version
from manifests.validate.finding import Finding
from tests.unit.manifests.validate.cases import MEDIA, Edit, identifiers, media, told

KEY = '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x00000000000000000000000000000001\n'
DATE = "#EXT-X-PROGRAM-DATE-TIME:2024-01-01T00:00:00Z\n"
RANGE = '#EXT-X-DATERANGE:ID="r",START-DATE="2024-01-01T00:00:00Z"'
MAP = '#EXT-X-MAP:URI="init.mp4"\n'
FIRST = "#EXTINF:5.990748,\n00000.m4s\n"
SECOND = "#EXTINF:5.990748,\n00001.m4s\n"
ALL = (
    version.RULES,
    media_playlist.RULES,
    media_playlist.ALONE,
    key.RULES,
    date_range.RULES,
    define.RULES,
)


def judge(text: str) -> list[Finding]:
    facts = media(text)
    return [
        *version.RULES.check(facts, "p"),
        *media_playlist.RULES.check(facts, "p"),
        *media_playlist.ALONE.check(facts, "p"),
        *key.RULES.check(facts, "p"),
        *date_range.RULES.check(facts, "p"),
        *define.RULES.check(facts, "p"),
    ]


BREAKS = [
    Edit("5.990748,\n00001", "6.6,\n00001", "HLS-TARGETDURATION-EXCEEDED", 9),
    Edit("TARGETDURATION:6", "TARGETDURATION:5", "HLS-TARGETDURATION-EXCEEDED", 7),
    Edit("TARGETDURATION:6", "TARGETDURATION:10", "HLS-TARGETDURATION-SIX", 4),
    Edit("2.000000", "0.000", "HLS-EXTINF-ZERO", 11),
    Edit("#EXT-X-ENDLIST\n", "", "HLS-ENDLIST-MISSING", 5),
    Edit("#EXT-X-PLAYLIST-TYPE:VOD\n", "", "HLS-PLAYLIST-TYPE-MISSING", None),
    Edit("VERSION:6", "VERSION:5", "HLS-VERSION-TOO-LOW", 2),
    Edit("#EXT-X-VERSION:6\n", "", "HLS-VERSION-TOO-LOW", None),
    Edit(SECOND, '#EXT-X-MAP:URI="b.mp4"\n' + SECOND, "HLS-MAP-WITHOUT-DISCONTINUITY", 10),
    Edit("00001.m4s", "#EXT-X-BYTERANGE:9\n00001.m4s", "HLS-BYTERANGE-WITHOUT-OFFSET", 9),
    Edit("00000.m4s", "#EXT-X-BYTERANGE:9\n00000.m4s", "HLS-BYTERANGE-WITHOUT-OFFSET", 7),
    Edit(MAP, "#EXT-X-START:TIME-OFFSET=-14\n" + MAP, "HLS-START-OUTSIDE", 6),
    Edit(FIRST, DATE.replace("Z", "") + FIRST, "HLS-DATE-WITHOUT-ZONE", 7),
    Edit("#EXT-X-INDEPENDENT-SEGMENTS\n", "", "HLS-MEDIA-INDEPENDENT-SEGMENTS", None),
    Edit(
        MAP,
        '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k",KEYFORMATVERSIONS="1,2"\n' + MAP,
        "HLS-KEYFORMATVERSIONS",
        6,
    ),
    Edit(MAP, '#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="k"\n' + MAP, "HLS-KEY-CTR", 6),
    Edit(
        MAP,
        '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k",KEYFORMAT="com.example"\n' + MAP,
        "HLS-KEY-OTHER-FORMATS",
        6,
    ),
    Edit(MAP, KEY.partition(",IV")[0] + "\n" + MAP, "HLS-MAP-WITHOUT-IV", 6),
    Edit(FIRST, RANGE + "\n" + FIRST, "HLS-DATERANGE-WITHOUT-DATES", 7),
    Edit(FIRST, '#EXT-X-DATERANGE:ID="r"\n' + DATE + FIRST, "HLS-DATERANGE-WITHOUT-START", 7),
    Edit(
        FIRST,
        RANGE + ',END-DATE="2023-01-01T00:00:00Z"\n' + DATE + FIRST,
        "HLS-DATERANGE-BACKWARDS",
        7,
    ),
    Edit(
        FIRST,
        RANGE + ',END-DATE="2024-01-01T00:00:10Z",DURATION=9\n' + DATE + FIRST,
        "HLS-DATERANGE-BACKWARDS",
        7,
    ),
    Edit(FIRST, RANGE + ",END-ON-NEXT=YES\n" + DATE + FIRST, "HLS-DATERANGE-END-ON-NEXT", 7),
    Edit(
        FIRST,
        RANGE + ',CLASS="c",DURATION=1,END-ON-NEXT=YES\n' + DATE + FIRST,
        "HLS-DATERANGE-END-ON-NEXT",
        7,
    ),
    Edit(
        FIRST,
        RANGE + ',X-A="1"\n' + RANGE + ',X-A="2"\n' + DATE + FIRST,
        "HLS-DATERANGE-CONFLICT",
        8,
    ),
    Edit("VERSION:6\n", 'VERSION:8\n#EXT-X-DEFINE:NAME="a b",VALUE=""\n', "HLS-DEFINE-NAME", 3),
    Edit(
        "VERSION:6\n",
        'VERSION:8\n#EXT-X-DEFINE:NAME="a",VALUE=""\n#EXT-X-DEFINE:IMPORT="a"\n',
        "HLS-DEFINE-TWICE",
        4,
    ),
]


def test_nothing_is_found_in_a_valid_playlist() -> None:
    assert judge(MEDIA) == []


@pytest.mark.parametrize("edit", BREAKS, ids=lambda edit: edit.rule)
def test_a_defect_is_found_where_it_is(edit: Edit) -> None:
    findings = judge(edit.apply(MEDIA))
    assert (edit.rule, edit.line) in told(findings)
    assert {finding.rule for finding in findings} - {edit.rule} <= {"HLS-TARGETDURATION-SIX"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("5.990748,\n00001", "6.5,\n00001"),
        ("2.000000", "0.000021"),
        (SECOND, '#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="b.mp4"\n' + SECOND),
        (MAP, "#EXT-X-START:TIME-OFFSET=-13.9\n" + MAP),
        (MAP, KEY + MAP),
        (MAP, MAP + KEY.partition(",IV")[0] + "\n"),
        (FIRST, DATE + RANGE + ',END-DATE="2024-01-01T00:00:09Z",DURATION=9\n' + FIRST),
        (FIRST, DATE + RANGE + ',END-DATE="2023-01-01T00:00:09"\n' + FIRST),
        (FIRST, DATE + RANGE + ',END-DATE="2024-01-01T00:00:09Z"\n' + FIRST),
        (FIRST, DATE + RANGE + ',CLASS="c",END-ON-NEXT=YES\n' + FIRST),
        ("VERSION:6\n", 'VERSION:11\n#EXT-X-DEFINE:QUERYPARAM="a"\n#EXT-X-DEFINE:IMPORT="b"\n'),
        ("#EXT-X-PLAYLIST-TYPE:VOD\n", "#EXT-X-PLAYLIST-TYPE:EVENT\n"),
        (
            "00000.m4s\n#EXTINF:5.990748,\n00001.m4s",
            "#EXT-X-BYTERANGE:9@0\na\n#EXTINF:5.990748,\n#EXT-X-BYTERANGE:9\na",
        ),
    ],
)
def test_what_only_looks_like_a_defect_is_left_alone(old: str, new: str) -> None:
    assert old in MEDIA
    assert judge(MEDIA.replace(old, new, 1)) == []


def test_a_playlist_that_grows_is_no_defect() -> None:
    text = MEDIA.replace(":VOD", ":EVENT").replace("#EXT-X-ENDLIST\n", "")
    assert judge(text) == []


def test_a_live_playlist_is_told_apart() -> None:
    text = MEDIA.replace("#EXT-X-PLAYLIST-TYPE:VOD\n", "").replace("#EXT-X-ENDLIST\n", "")
    assert told(judge(text)) == [("HLS-LIVE", None)]


def test_a_finished_playlist_needs_segments() -> None:
    text = MEDIA[: MEDIA.index(MAP)] + "#EXT-X-ENDLIST\n"
    assert told(judge(text)) == [("HLS-NO-SEGMENTS", None)]


def test_one_short_segment_may_have_any_target_duration() -> None:
    text = MEDIA[: MEDIA.index("#EXTINF")] + "#EXTINF:0.010,\n00000.m4s\n#EXT-X-ENDLIST\n"
    assert judge(text.replace("TARGETDURATION:6", "TARGETDURATION:1")) == []


def test_a_defect_without_end_is_counted() -> None:
    text = MEDIA.replace(FIRST, "#EXTINF:9,\na.m4s\n" * 100)
    messages = [finding.message for finding in judge(text)]
    assert len(messages) == 6
    assert messages[-1] == "and 95 more like it"


def test_every_rule_has_a_defect_here() -> None:
    others = {"HLS-LIVE", "HLS-NO-SEGMENTS", "HLS-DEFINE-IMPORT"}
    assert {edit.rule for edit in BREAKS} | others == identifiers(*ALL)
