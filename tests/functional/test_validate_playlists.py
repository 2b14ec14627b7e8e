"""``soundbridge validate`` on playlists: each seeded defect, and what is none."""

from pathlib import Path

from tests.functional.seeding import (
    ENTRY,
    LOW,
    Defect,
    Seed,
    assert_is_found,
    each,
    everywhere,
    inspect,
    put,
    rules,
)


def _leave_out_the_last(folder: Path) -> None:
    head, _, tail = (folder / LOW).read_text().rpartition("#EXTINF:")
    (folder / LOW).write_text(head + tail[tail.index("#EXT-X-ENDLIST") :])


MEDIA_TAG = b'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n",LANGUAGE="en",CHANNELS="2"'

DEFECTS: list[Defect] = [
    (
        "target duration too small",
        everywhere("*/playlist.m3u8", b"DURATION:6", b"DURATION:5"),
        {"HLS-TARGETDURATION-EXCEEDED", "HLS-TARGETDURATION-SIX"},
    ),
    (
        "6.6 rounded to 6",
        put(LOW, b"#EXTINF:5.99", b"#EXTINF:6.60"),
        {"HLS-TARGETDURATION-EXCEEDED", "HLS-EXTINF-DRIFT", "HLS-RUNGS-BOUNDARIES"},
    ),
    ("peak too high", put(ENTRY, b":BANDWIDTH=3", b":BANDWIDTH=4"), {"HLS-BANDWIDTH"}),
    (
        "peak too low",
        put(ENTRY, b":BANDWIDTH=2", b":BANDWIDTH=1"),
        {"HLS-BANDWIDTH", "HLS-AVERAGE-ABOVE-PEAK"},
    ),
    (
        "average too high",
        put(ENTRY, b"AVERAGE-BANDWIDTH=1", b"AVERAGE-BANDWIDTH=2"),
        {"HLS-AVERAGE-BANDWIDTH", "HLS-AVERAGE-ABOVE-PEAK"},
    ),
    (
        "target durations differ",
        put(LOW, b"DURATION:6", b"DURATION:7"),
        {"HLS-RUNGS-TARGETDURATION", "HLS-TARGETDURATION-SIX"},
    ),
    ("segment left out", _leave_out_the_last, {"HLS-RUNGS-BOUNDARIES", "BMFF-MEHD-DURATION"}),
    (
        "empty tail",
        put(LOW, b"#EXT-X-ENDLIST", b"#EXTINF:0.000,\n00001.m4s\n#EXT-X-ENDLIST"),
        {
            "HLS-EXTINF-ZERO",
            "HLS-RUNGS-BOUNDARIES",
            "BMFF-TFDT-GAP",
            "HLS-EXTINF-DRIFT",
            "BMFF-MEHD-DURATION",
        },
    ),
    ("no CODECS", put(ENTRY, b',CODECS="mp4a.40.2"', b""), {"HLS-CODECS-MISSING"}),
    ("wrong CODECS", put(ENTRY, b"mp4a.40.2", b"mp4a.40.5"), {"HLS-CODECS-WRONG"}),
    ("no AVERAGE", put(ENTRY, b",AVERAGE-BANDWIDTH=", b",X-="), {"HLS-AVERAGE-BANDWIDTH-MISSING"}),
    (
        "no INDEPENDENT-SEGMENTS",
        everywhere("**/*.m3u8", b"#EXT-X-INDEPENDENT-SEGMENTS\n", b""),
        {"HLS-INDEPENDENT-SEGMENTS"},
    ),
    ("no MAP", put(LOW, b'#EXT-X-MAP:URI="init.mp4"\n', b""), {"HLS-MAP-MISSING"}),
    (
        "mixed tags",
        put(LOW, b"#EXT-X-ENDLIST", b"#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n#EXT-X-ENDLIST"),
        {"HLS-MIXED-TAGS"},
    ),
    (
        "DEFAULT without AUTOSELECT",
        put(ENTRY, b"#EXT-X-STREAM-INF", MEDIA_TAG + b",DEFAULT=YES\n#EXT-X-STREAM-INF"),
        {"HLS-DEFAULT-WITHOUT-AUTOSELECT", "HLS-NAME-DUPLICATE", "HLS-DEFAULT-TWICE"},
    ),
    (
        "duplicate NAME",
        put(ENTRY, b"#EXT-X-STREAM-INF", MEDIA_TAG + b"\n#EXT-X-STREAM-INF"),
        {"HLS-NAME-DUPLICATE"},
    ),
    ("bad STABLE-VARIANT-ID", put(ENTRY, b'ID="128k"', b'ID="1 2"'), {"HLS-STABLE-VARIANT-ID"}),
    ("group missing", put(ENTRY, b",SCORE=1", b',SCORE=1,AUDIO="x"'), {"HLS-GROUP-MISSING"}),
    ("a SCORE missing", put(ENTRY, b",SCORE=1", b""), {"HLS-SCORE-PARTIAL"}),
    (
        "MAP encrypted without IV",
        put(LOW, b"#EXT-X-MAP", b'#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXT-X-MAP'),
        {"HLS-MAP-WITHOUT-IV", "BMFF-NOT-CHECKED"},
    ),
    ("version too low", put(LOW, b"VERSION:6", b"VERSION:3"), {"HLS-VERSION-TOO-LOW"}),
    ("no ENDLIST", put(LOW, b"#EXT-X-ENDLIST\n", b""), {"HLS-ENDLIST-MISSING"}),
    ("nested", put(ENTRY, LOW.encode(), ENTRY.encode()), {"HLS-NESTED-MULTIVARIANT"}),
    ("not UTF-8", put(LOW, b"#EXTM3U", b"#EXTM3U\xff"), {"HLS-SYNTAX"}),
    (
        "no INDEPENDENT-SEGMENTS above",
        put(ENTRY, b"#EXT-X-INDEPENDENT-SEGMENTS\n", b""),
        {"HLS-INDEPENDENT-SEGMENTS"},
    ),
    (
        "no INDEPENDENT-SEGMENTS below",
        put(LOW, b"#EXT-X-INDEPENDENT-SEGMENTS\n", b""),
        {"HLS-RUNGS-INDEPENDENT-SEGMENTS"},
    ),
]


@each(DEFECTS)
def test_a_seeded_defect_is_found(copy: Path, seed: Seed, expected: set[str]) -> None:
    assert_is_found(copy, seed, expected)


def test_variables_are_followed(copy: Path) -> None:
    put(LOW, b"#EXT-X-TARGET", b'#EXT-X-DEFINE:NAME="n",VALUE="0000"\n#EXT-X-TARGET')(copy)
    put(LOW, b"VERSION:6", b"VERSION:8")(copy)
    put(LOW, b"\n00001.m4s", b"\n{$n}1.m4s")(copy)
    assert inspect(copy).findings == ()


def test_variables_are_imported(copy: Path) -> None:
    put(ENTRY, b"#EXTM3U", b'#EXTM3U\n#EXT-X-VERSION:8\n#EXT-X-DEFINE:NAME="n",VALUE="0000"')(copy)
    put(LOW, b"#EXT-X-TARGET", b'#EXT-X-DEFINE:IMPORT="n"\n#EXT-X-TARGET')(copy)
    put(LOW, b"VERSION:6", b"VERSION:8")(copy)
    put(LOW, b"\n00001.m4s", b"\n{$n}1.m4s")(copy)
    assert inspect(copy / ENTRY).findings == ()


def test_a_media_playlist_that_no_other_names_is_checked_alone(copy: Path) -> None:
    (copy / ENTRY).unlink()
    assert inspect(copy).sentence() == "No findings in 3 renditions, 9 segments."
    assert inspect(copy / LOW).sentence() == "No findings in 1 rendition, 3 segments."
    put(LOW, b"#EXT-X-INDEPENDENT-SEGMENTS\n", b"")(copy)
    assert rules(inspect(copy)) == {"HLS-MEDIA-INDEPENDENT-SEGMENTS"}


def test_what_is_not_sound_is_left_alone(copy: Path) -> None:
    text = b'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="t",NAME="n",LANGUAGE="en",URI="t.m3u8"\n'
    frames = b'#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="i.m3u8"\n'
    put(ENTRY, b"#EXT-X-INDEPENDENT", text + frames + b"#EXT-X-INDEPENDENT")(copy)
    report = inspect(copy)
    assert [finding.rule for finding in report.findings] == ["URI-NOT-CHECKED"] * 2
    assert report.is_ok(errors_only=False)


def test_a_playlist_with_a_thousand_variants_is_refused(copy: Path) -> None:
    variant = b'#EXT-X-STREAM-INF:BANDWIDTH=1,AVERAGE-BANDWIDTH=1,CODECS="x"\na.m3u8\n'
    (copy / ENTRY).write_bytes(b"#EXTM3U\n" + variant * 1001)
    report = inspect(copy / ENTRY)
    assert rules(report) == {"URI-UNREADABLE"}
