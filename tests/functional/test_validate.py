"""``soundbridge validate`` on real music: nothing in our own output, and each seeded defect."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manifests.validate.finding import Severity
from origin.inspection.report import Report
from origin.inspection.target import inspect_target
from tests.sources.audio import excerpt
from tests.sources.package import InFolder, package_into

SAMPLES = 600_007
LOW = "128k/playlist.m3u8"
INIT = "128k/init.mp4"
SECOND = "128k/00001.m4s"
ENTRY = "multivariant.m3u8"
MEDIA_TAG = b'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n",LANGUAGE="en",CHANNELS="2"'


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> InFolder:
    source = excerpt(tmp_path_factory.mktemp("source") / "music.wav", samples=SAMPLES)
    return package_into(tmp_path_factory.mktemp("store"), source)


@pytest.fixture
def copy(packaged: InFolder, tmp_path: Path) -> Path:
    """A copy of the revision's folder, to be damaged."""
    return shutil.copytree(packaged.folder, tmp_path / "copy")


def inspect(target: Path | str) -> Report:
    return asyncio.run(inspect_target(str(target)))


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


def validate(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "origin.cli", "validate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def put(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    """Return a defect: every ``old`` in a file becomes ``new``."""

    def seed(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert old in data
        (folder / name).write_bytes(data.replace(old, new))

    return seed


def box(name: str, kind: bytes, offset: int, value: bytes) -> Callable[[Path], None]:
    """Return a defect: bytes at an offset into a box's payload become ``value``."""

    def seed(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        at = data.index(kind) + len(kind) + offset
        assert data[at : at + len(value)] != value
        data[at : at + len(value)] = value
        (folder / name).write_bytes(data)

    return seed


def everywhere(pattern: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def seed(folder: Path) -> None:
        for path in folder.glob(pattern):
            put(str(path.relative_to(folder)), old, new)(folder)

    return seed


def _leave_out_the_last(folder: Path) -> None:
    head, _, tail = (folder / LOW).read_text().rpartition("#EXTINF:")
    (folder / LOW).write_text(head + tail[tail.index("#EXT-X-ENDLIST") :])


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _link(path: Path) -> None:
    outside = path.parents[2] / "outside.m4s"
    path.rename(outside)
    path.symlink_to(outside)


DEFECTS: list[tuple[str, Callable[[Path], None], set[str]]] = [
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
    ("tfdt not continuous", box(SECOND, b"tfdt", 11, b"\x10"), {"BMFF-TFDT-GAP"}),
    (
        "tfdt not that of the other rungs",
        box(SECOND, b"tfdt", 10, b"\x09"),
        {"BMFF-TFDT-GAP", "HLS-RUNGS-TIMESTAMPS"},
    ),
    (
        "moof points outside",
        box(SECOND, b"trun", 8, b"\x7f\xff\xff\xff"),
        {"BMFF-DATA-OUTSIDE"},
    ),
    ("truncated segment", lambda folder: _truncate(folder / SECOND), {"BMFF-SEGMENT-BROKEN"}),
    ("mvhd duration", box(INIT, b"mvhd", 16, b"\x00\x00\x00\x01"), {"BMFF-INIT-DURATION"}),
    ("tkhd duration", box(INIT, b"tkhd", 20, b"\x00\x00\x00\x01"), {"BMFF-INIT-DURATION"}),
    ("mehd duration", box(INIT, b"mehd", 4, b"\xff"), {"BMFF-MEHD-DURATION"}),
    (
        "init without a movie",
        lambda folder: _truncate(folder / INIT),
        {"BMFF-INIT-BROKEN"},
    ),
    ("section missing", lambda folder: (folder / INIT).unlink(), {"URI-UNREADABLE"}),
    ("segment missing", lambda folder: (folder / SECOND).unlink(), {"URI-UNREADABLE"}),
    ("playlist missing", lambda folder: (folder / LOW).unlink(), {"URI-UNREADABLE"}),
    ("path traversal", put(LOW, b"00001.m4s", b"../../../1.m4s"), {"URI-REFUSED"}),
    ("hidden path traversal", put(LOW, b"00001.m4s", b"%2e%2e/%2e%2e/1"), {"URI-REFUSED"}),
    ("another scheme", put(LOW, b"00001.m4s", b"file:///etc/passwd"), {"URI-REFUSED"}),
    ("an absolute path", put(LOW, b"00001.m4s", b"/etc/passwd"), {"URI-REFUSED"}),
    ("no URI at all", put(LOW, b"00001.m4s", b"http://[::1"), {"URI-REFUSED"}),
    ("somewhere else", put(LOW, b"00001.m4s", b"https://a.example/1"), {"URI-NOT-CHECKED"}),
    (
        "a link out of the folder",
        lambda folder: _link(folder / SECOND),
        {"URI-REFUSED"},
    ),
    ("nested", put(ENTRY, LOW.encode(), ENTRY.encode()), {"HLS-NESTED-MULTIVARIANT"}),
    ("not UTF-8", put(LOW, b"#EXTM3U", b"#EXTM3U\xff"), {"HLS-SYNTAX"}),
]


def test_nothing_is_found_in_our_own_output(packaged: InFolder) -> None:
    report = inspect(packaged.folder)
    assert report.findings == ()
    assert report.sentence() == "No findings in 3 renditions, 9 segments."


@pytest.mark.parametrize(
    ("seed", "expected"),
    [(seed, expected) for _, seed, expected in DEFECTS],
    ids=[name for name, _, _ in DEFECTS],
)
def test_a_seeded_defect_is_found(
    copy: Path, seed: Callable[[Path], None], expected: set[str]
) -> None:
    seed(copy)
    report = inspect(copy / ENTRY)
    assert rules(report) == expected
    serious = any(finding.severity is not Severity.INFO for finding in report.findings)
    assert report.is_ok(errors_only=False) is not serious


def test_a_long_segment_is_held_against_the_target_duration(copy: Path) -> None:
    everywhere("*/playlist.m3u8", b"DURATION:6", b"DURATION:5")(copy)
    everywhere("*/playlist.m3u8", b"#EXTINF:5.99", b"#EXTINF:5.00")(copy)
    assert {"HLS-SEGMENT-TOO-LONG", "HLS-EXTINF-DRIFT"} < rules(inspect(copy))


def test_peaks_are_held_against_averages(copy: Path) -> None:
    # As many bytes again that no sample uses, and twice over.
    free = (1 << 20).to_bytes(4, "big") + b"free" + bytes((1 << 20) - 8)
    (copy / SECOND).write_bytes((copy / SECOND).read_bytes() + free)
    assert "HLS-PEAK-TO-AVERAGE" in rules(inspect(copy))


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


def test_byte_ranges_are_read(copy: Path) -> None:
    names = [f"0000{number}.m4s" for number in range(3)]
    parts = [(copy / "128k" / name).read_bytes() for name in names]
    (copy / "128k/all.mp4").write_bytes(b"".join(parts))
    text = (copy / LOW).read_text()
    for number, (name, part) in enumerate(zip(names, parts, strict=True)):
        offset = "@0" if number == 0 else ""
        text = text.replace(name, f"#EXT-X-BYTERANGE:{len(part)}{offset}\nall.mp4")
    init_bytes = (copy / INIT).stat().st_size
    (copy / LOW).write_text(text.replace('"init.mp4"', f'"init.mp4",BYTERANGE="{init_bytes}@0"'))
    assert inspect(copy).findings == ()
    put(LOW, f"{len(parts[2])}\n".encode(), f"{len(parts[2]) + 9}\n".encode())(copy)
    assert rules(inspect(copy)) == {"URI-UNREADABLE"}


def test_a_media_playlist_that_no_other_names_is_checked_alone(copy: Path) -> None:
    (copy / ENTRY).unlink()
    assert inspect(copy).sentence() == "No findings in 3 renditions, 9 segments."
    assert inspect(copy / LOW).sentence() == "No findings in 1 rendition, 3 segments."
    put(LOW, b"#EXT-X-INDEPENDENT-SEGMENTS\n", b"")(copy)
    assert rules(inspect(copy)) == {"HLS-MEDIA-INDEPENDENT-SEGMENTS"}


def test_a_link_to_a_playlist_may_be_named(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "link.m3u8").symlink_to(copy / ENTRY)
    assert inspect(tmp_path / "link.m3u8").sentence() == "No findings in 3 renditions, 9 segments."


def test_gaps_are_not_asked_for(copy: Path) -> None:
    (copy / SECOND).unlink()
    put(LOW, b"00001.m4s", b"#EXT-X-GAP\n00001.m4s")(copy)
    assert inspect(copy).findings == ()


def test_what_is_not_sound_is_left_alone(copy: Path) -> None:
    text = b'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="t",NAME="n",LANGUAGE="en",URI="t.m3u8"\n'
    frames = b'#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="i.m3u8"\n'
    put(ENTRY, b"#EXT-X-INDEPENDENT", text + frames + b"#EXT-X-INDEPENDENT")(copy)
    report = inspect(copy)
    assert [finding.rule for finding in report.findings] == ["URI-NOT-CHECKED"] * 2
    assert report.is_ok(errors_only=False)


def test_a_manifest_of_dash_is_told_apart(copy: Path) -> None:
    report = inspect(copy / "manifest.mpd")
    assert [finding.message for finding in report.findings] == [
        "this is a DASH manifest; only HLS playlists are checked"
    ]


def test_a_playlist_with_a_thousand_variants_is_refused(copy: Path) -> None:
    variant = b'#EXT-X-STREAM-INF:BANDWIDTH=1,AVERAGE-BANDWIDTH=1,CODECS="x"\na.m3u8\n'
    (copy / ENTRY).write_bytes(b"#EXTM3U\n" + variant * 1001)
    report = inspect(copy / ENTRY)
    assert rules(report) == {"URI-UNREADABLE"}


def test_the_command_tells_by_its_status_and_in_json(packaged: InFolder, copy: Path) -> None:
    good = validate(packaged.folder)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout == "No findings in 3 renditions, 9 segments.\n"
    put(LOW, b"#EXT-X-ENDLIST\n", b"")(copy)
    bad = validate(copy, "--json")
    assert (bad.returncode, bad.stderr) == (1, "")
    document: dict[str, Any] = json.loads(bad.stdout)
    assert document["ok"] is False
    assert [checked["kind"] for checked in document["checked"]] == ["multivariant", *["media"] * 3]
    (finding,) = document["findings"]
    assert finding == {
        "rule": "HLS-ENDLIST-MISSING",
        "severity": "error",
        "message": "EXT-X-ENDLIST is missing: players take it for a live stream and reload it",
        "where": LOW,
        "line": 5,
        "section": "RFC 8216 §6.2.2",
    }


def test_warnings_count_unless_told_otherwise(copy: Path) -> None:
    everywhere("**/*.m3u8", b"#EXT-X-INDEPENDENT-SEGMENTS\n", b"")(copy)
    assert validate(copy).returncode == 1
    lenient = validate(copy, "--errors-only")
    assert lenient.returncode == 0
    assert "HLS-INDEPENDENT-SEGMENTS (Apple HLS authoring 9.11, 9.12)" in lenient.stdout
    assert lenient.stdout.endswith("1 warning in 3 renditions, 9 segments.\n")


def test_what_cannot_be_read_is_a_finding_and_wrong_usage_is_not(tmp_path: Path) -> None:
    for target in (tmp_path, tmp_path / "nothing", tmp_path / "x.m3u8", "nonsense://x/y"):
        found = validate(target)
        assert (found.returncode, found.stderr) == (1, ""), target
        assert "URI-UNREADABLE" in found.stdout
    assert validate().returncode == 2
    assert validate(tmp_path, "--time-limit", "0").returncode == 2


def test_the_rules_can_be_listed() -> None:
    listed = validate("--rules")
    assert listed.returncode == 0
    assert "HLS-TARGETDURATION-EXCEEDED (RFC 8216 §4.3.3.1)" in listed.stdout


def test_time_is_limited(packaged: InFolder) -> None:
    late = validate(packaged.folder, "--time-limit", "0.0001")
    assert late.returncode == 1
    assert "took longer than 0.0001 s" in late.stdout


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_damage_is_too_much(copy: Path, data: st.DataObject) -> None:
    names = [ENTRY, LOW, INIT, SECOND, "256k/playlist.m3u8", "256k/init.mp4"]
    path = copy / data.draw(st.sampled_from(names))
    whole = path.read_bytes()
    at = data.draw(st.integers(0, min(len(whole), 1500)))
    length = data.draw(st.integers(0, 40))
    splice = data.draw(st.binary(max_size=40))
    path.write_bytes(whole[:at] + splice + whole[at + length :])
    report = inspect(copy / ENTRY)
    path.write_bytes(whole)
    assert all(finding.rule and finding.message for finding in report.findings)
