"""``soundbridge validate`` where a playlist leads to: nothing, elsewhere, part of an object."""

from pathlib import Path

from tests.functional.seeding import (
    ENTRY,
    INIT,
    LOW,
    SECOND,
    Defect,
    Seed,
    assert_is_found,
    each,
    inspect,
    put,
    rules,
)


def _link(path: Path) -> None:
    outside = path.parents[2] / "outside.m4s"
    path.rename(outside)
    path.symlink_to(outside)


DEFECTS: list[Defect] = [
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
]


@each(DEFECTS)
def test_a_seeded_defect_is_found(copy: Path, seed: Seed, expected: set[str]) -> None:
    assert_is_found(copy, seed, expected)


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


def test_gaps_are_not_asked_for(copy: Path) -> None:
    (copy / SECOND).unlink()
    put(LOW, b"00001.m4s", b"#EXT-X-GAP\n00001.m4s")(copy)
    assert inspect(copy).findings == ()


def test_a_link_to_a_playlist_may_be_named(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "link.m3u8").symlink_to(copy / ENTRY)
    assert inspect(tmp_path / "link.m3u8").sentence() == "No findings in 3 renditions, 9 segments."


def test_a_manifest_of_dash_is_told_apart(copy: Path) -> None:
    report = inspect(copy / "manifest.mpd")
    assert [finding.message for finding in report.findings] == [
        "this is a DASH manifest; only HLS playlists are checked"
    ]
