"""``soundbridge validate`` on real music: nothing in our own output, and what the command says."""

import json
import subprocess
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.functional.seeding import ENTRY, INIT, LOW, SECOND, everywhere, inspect, put
from tests.servers.soundbridge import soundbridge
from tests.sources import bad
from tests.sources.package import InFolder, package_into


def validate(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return soundbridge("validate", *arguments)


def test_nothing_is_found_in_our_own_output(whole: InFolder) -> None:
    report = inspect(whole.folder)
    assert report.findings == ()
    assert report.sentence() == "No findings in 3 renditions, 9 segments."


def test_nothing_is_found_in_a_sound_of_one_sample(tmp_path: Path) -> None:
    one = package_into(tmp_path / "store", bad.wav(tmp_path / "one.wav", bytes(4)))
    assert inspect(one.folder).findings == ()


def test_the_command_tells_by_its_status_and_in_json(whole: InFolder, copy: Path) -> None:
    good = validate(whole.folder)
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


def test_time_is_limited(whole: InFolder) -> None:
    late = validate(whole.folder, "--time-limit", "0.0001")
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
