"""Rules on pathways: silent where each is the whole presentation, and heard where one is not."""

import pytest

from manifests.validate import steering
from tests.unit.manifests.validate.cases import identifiers, multivariant, told

VARIANT = '#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="mp4a.40.2",'
TWO = "".join(
    f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g.{name}",NAME="x",URI="{name}/x.m3u8"\n'
    f'{VARIANT}STABLE-VARIANT-ID="128k",PATHWAY-ID="{name}",AUDIO="g.{name}"\n{name}/128k.m3u8\n'
    f'{VARIANT}STABLE-VARIANT-ID="256k",PATHWAY-ID="{name}"\n{name}/256k.m3u8\n'
    for name in "ab"
)


def judge(text: str) -> list[tuple[str, int | None]]:
    return told(steering.RULES.check(multivariant(f"#EXTM3U\n{text}"), "p"))


def test_nothing_is_found_where_each_pathway_is_whole() -> None:
    assert judge(TWO) == []


def test_what_is_on_one_pathway_needs_no_names() -> None:
    assert judge(f"{VARIANT}SCORE=1\na.m3u8\n{VARIANT}SCORE=2\nb.m3u8\n") == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('STABLE-VARIANT-ID="256k",PATHWAY-ID="b"', 'PATHWAY-ID="b"', [10, None]),
        ('"256k",PATHWAY-ID="b"', '"320k",PATHWAY-ID="b"', [None]),
        ('"256k",PATHWAY-ID="b"', '"128k",PATHWAY-ID="b"', [None]),
        ('"256k",PATHWAY-ID="b"', '"256k"', [None, None]),
    ],
    ids=["no name", "another name", "twice", "a pathway of its own"],
)
def test_a_pathway_that_is_not_whole_is_found(old: str, new: str, found: list[int | None]) -> None:
    assert old in TWO
    assert judge(TWO.replace(old, new)) == [("HLS-PATHWAY-VARIANTS", line) for line in found]


@pytest.mark.parametrize("kind", ["AUDIO", "SUBTITLES", "VIDEO"])
def test_a_group_of_two_pathways_is_found(kind: str) -> None:
    text = TWO.replace("AUDIO=", f"{kind}=").replace(f'{kind}="g.b"', f'{kind}="g.a"')
    assert judge(text) == [("HLS-PATHWAY-GROUP", 8)]


def test_every_rule_has_a_defect_here() -> None:
    assert identifiers(steering.RULES) == {"HLS-PATHWAY-VARIANTS", "HLS-PATHWAY-GROUP"}
