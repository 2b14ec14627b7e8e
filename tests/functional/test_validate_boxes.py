"""``soundbridge validate`` on initialization sections and segments: each seeded defect in a box."""

from pathlib import Path

from tests.functional.seeding import (
    INIT,
    SECOND,
    Defect,
    Seed,
    assert_is_found,
    box,
    each,
    everywhere,
    inspect,
    rules,
    truncate,
)

DEFECTS: list[Defect] = [
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
    ("truncated segment", lambda folder: truncate(folder / SECOND), {"BMFF-SEGMENT-BROKEN"}),
    ("mvhd duration", box(INIT, b"mvhd", 16, b"\x00\x00\x00\x01"), {"BMFF-INIT-DURATION"}),
    ("tkhd duration", box(INIT, b"tkhd", 20, b"\x00\x00\x00\x01"), {"BMFF-INIT-DURATION"}),
    ("mehd duration", box(INIT, b"mehd", 4, b"\xff"), {"BMFF-MEHD-DURATION"}),
    (
        "init without a movie",
        lambda folder: truncate(folder / INIT),
        {"BMFF-INIT-BROKEN"},
    ),
]


@each(DEFECTS)
def test_a_seeded_defect_is_found(copy: Path, seed: Seed, expected: set[str]) -> None:
    assert_is_found(copy, seed, expected)


def test_a_long_segment_is_held_against_the_target_duration(copy: Path) -> None:
    everywhere("*/playlist.m3u8", b"DURATION:6", b"DURATION:5")(copy)
    everywhere("*/playlist.m3u8", b"#EXTINF:5.99", b"#EXTINF:5.00")(copy)
    assert {"HLS-SEGMENT-TOO-LONG", "HLS-EXTINF-DRIFT"} < rules(inspect(copy))
