"""Rules on lines, which work on playlists that no parser takes."""

import pytest

from manifests.errors import ManifestError
from manifests.lines import Tag, lex
from manifests.parse import parse_playlist
from manifests.validate import lines
from manifests.validate.written import Written
from tests.unit.manifests.validate.cases import MEDIA, MULTIVARIANT, Edit, identifiers, told

BREAKS = [
    Edit("#EXT-X-ENDLIST", "#EXT-X-STREAM-INF:BANDWIDTH=1", "HLS-MIXED-TAGS", 13),
    Edit("VERSION:6\n", "VERSION:6\n#EXT-X-VERSION:6\n", "HLS-REPEATED-TAG", 3),
    Edit("5.990748,\n00001", "5.990748\n00001", "HLS-EXTINF-COMMA", 9),
    Edit("VERSION:6\n", "VERSION:6\n#EXT-X-ALLOW-CACHE:YES\n", "HLS-REMOVED-TAG", 3),
    Edit("#EXT-X-INDEPENDENT", "#EXT-X-INDEPENDANT", "HLS-UNKNOWN-TAG", 3),
]


@pytest.mark.parametrize("text", [MEDIA, MULTIVARIANT])
def test_nothing_is_found_in_valid_lines(text: str) -> None:
    assert lines.RULES.check(lex(text.encode()), "p") == []


@pytest.mark.parametrize("edit", BREAKS, ids=lambda edit: edit.rule)
def test_a_defect_is_found_where_it_is(edit: Edit) -> None:
    found = lines.RULES.check(lex(edit.apply(MEDIA).encode()), "p")
    assert told(found) == [(edit.rule, edit.line)]


def test_every_rule_has_a_defect_here() -> None:
    assert {edit.rule for edit in BREAKS} == identifiers(lines.RULES)


def unparsed(data: bytes) -> tuple[int | None, str]:
    with pytest.raises(ManifestError) as refused:
        parse_playlist(data)
    (finding,) = lines.UNPARSED.check(lines.Unparsed(refused.value, data), "p")
    assert finding.rule == "HLS-SYNTAX"
    return finding.line, finding.message


def test_the_parsers_reason_is_told_with_its_place() -> None:
    line, message = unparsed(MEDIA.replace("2.000000", "two").encode())
    assert line == 11
    assert message.startswith("EXTINF: ")
    assert message.endswith("(RFC 8216 §4.2)")


def test_a_reason_without_tag_and_section_is_a_sentence_too() -> None:
    error = lines.Unparsed(ManifestError("it is too large"), b"")
    assert [found.message for found in lines.UNPARSED.check(error, "p")] == ["it is too large"]


def test_a_dash_manifest_is_called_one() -> None:
    line, message = unparsed(b'<?xml version="1.0"?>\n<MPD></MPD>')
    assert line is None
    assert message == "this is a DASH manifest; only HLS playlists are checked"


def test_tags_of_a_name_are_found_in_order() -> None:
    written = Written.of(None, [Tag(3, "EXTINF", ""), Tag(7, "EXTINF", "")])
    assert [written.line("EXTINF", nth) for nth in range(3)] == [3, 7, None]
    assert written.line("EXT-X-MAP") is None
