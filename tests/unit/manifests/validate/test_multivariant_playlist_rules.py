"""Each rule on a multivariant playlist: silent on a valid one, and heard on its own defect."""

import pytest

from manifests.validate import define, media, multivariant_playlist, session, version
from manifests.validate.finding import Finding
from tests.unit.manifests.validate.cases import MULTIVARIANT, Edit, identifiers, multivariant, told

ALL = (version.RULES, multivariant_playlist.RULES, media.RULES, session.RULES, define.RULES)
DATA = '#EXT-X-SESSION-DATA:DATA-ID="com.example.title",VALUE="A tune"\n'
KEY = '#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI="key",KEYFORMAT="com.example"\n'


def judge(text: str) -> list[Finding]:
    facts = multivariant(text)
    return [
        *version.RULES.check(facts, "p"),
        *multivariant_playlist.RULES.check(facts, "p"),
        *media.RULES.check(facts, "p"),
        *session.RULES.check(facts, "p"),
        *define.RULES.check(facts, "p"),
    ]


BREAKS = [
    Edit("VERSION:8", "VERSION:7", "HLS-VERSION-TOO-LOW", 2),
    Edit("#EXT-X-VERSION:8\n", "", "HLS-VERSION-TOO-LOW", None),
    Edit('CODECS="mp4a.40.2",SCORE=2', "SCORE=2", "HLS-CODECS-MISSING", 12),
    Edit('CODECS="mp4a.40.2",SCORE=1', 'CODECS="",SCORE=1', "HLS-CODECS-MISSING", 10),
    Edit("AVERAGE-BANDWIDTH=128000,", "", "HLS-AVERAGE-BANDWIDTH-MISSING", 10),
    Edit("AVERAGE-BANDWIDTH=128000", "AVERAGE-BANDWIDTH=143001", "HLS-AVERAGE-ABOVE-PEAK", 10),
    Edit(',AUDIO="a"\n128k', ',AUDIO="b"\n128k', "HLS-GROUP-MISSING", 10),
    Edit(',AUDIO="a"\n128k', ',CLOSED-CAPTIONS="cc"\n128k', "HLS-GROUP-MISSING", 10),
    Edit('VARIANT-ID="128k"', 'VARIANT-ID="128 k"', "HLS-STABLE-VARIANT-ID", 10),
    Edit('VARIANT-ID="256k"', 'VARIANT-ID="ü"', "HLS-STABLE-VARIANT-ID", 12),
    Edit("SCORE=2,", "", "HLS-SCORE-PARTIAL", 12),
    Edit('PATHWAY-ID="cdn-1",AUDIO="a"\n256k', 'PATHWAY-ID="cdn/1"\n256k', "HLS-PATHWAY-ID", 12),
    Edit('json",PATHWAY-ID="cdn-1"', 'json",PATHWAY-ID="x"', "HLS-STEERING-PATHWAY", 5),
    Edit('json",PATHWAY-ID="cdn-1"', 'json"', "HLS-STEERING-WITHOUT-PATHWAY", 5),
    Edit(",AUTOSELECT=YES", "", "HLS-DEFAULT-WITHOUT-AUTOSELECT", 8),
    Edit(",AUTOSELECT=YES", ",AUTOSELECT=NO", "HLS-DEFAULT-WITHOUT-AUTOSELECT", 8),
    Edit('NAME="Two"', 'NAME="One"', "HLS-NAME-DUPLICATE", 9),
    Edit('NAME="Two"', 'NAME="Two",DEFAULT=YES,AUTOSELECT=YES', "HLS-DEFAULT-TWICE", 9),
    Edit('NAME="Two"', 'NAME="Two",FORCED=YES', "HLS-FORCED", 9),
    Edit('LANGUAGE="fr",', "", "HLS-LANGUAGE-MISSING", 9),
    Edit('CHANNELS="2",URI', "URI", "HLS-CHANNELS-MISSING", 9),
    Edit('RENDITION-ID="one"', 'RENDITION-ID="o,ne"', "HLS-STABLE-RENDITION-ID", 8),
    Edit(DATA, DATA + DATA, "HLS-SESSION-DATA-TWICE", 7),
    Edit('VALUE="A tune"', 'LANGUAGE="en"', "HLS-SESSION-DATA-VALUE", 6),
    Edit('VALUE="A tune"', 'VALUE="A tune",URI="t"', "HLS-SESSION-DATA-VALUE", 6),
    Edit("com.example.title", "title", "HLS-SESSION-DATA-NAME", 6),
    Edit(KEY, KEY + KEY, "HLS-SESSION-KEY-TWICE", 8),
    Edit('NAME="host",VALUE="a.example"', 'IMPORT="host"', "HLS-DEFINE-IMPORT", 4),
]


def test_nothing_is_found_in_a_valid_playlist() -> None:
    assert judge(MULTIVARIANT) == []


@pytest.mark.parametrize("edit", BREAKS, ids=lambda edit: edit.rule)
def test_a_defect_is_found_where_it_is(edit: Edit) -> None:
    assert told(judge(edit.apply(MULTIVARIANT))) == [(edit.rule, edit.line)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (DATA, DATA + DATA.replace(",VALUE", ',LANGUAGE="fr",VALUE')),
        (',AUDIO="a"\n128k', ",CLOSED-CAPTIONS=NONE\n128k"),
        ('VARIANT-ID="128k"', 'VARIANT-ID="aZ09+/=.-_"'),
        ("#EXT-X-CONTENT-STEERING", "#X"),
        ("AVERAGE-BANDWIDTH=128000", "AVERAGE-BANDWIDTH=143000"),
    ],
)
def test_what_only_looks_like_a_defect_is_left_alone(old: str, new: str) -> None:
    assert old in MULTIVARIANT
    assert judge(MULTIVARIANT.replace(old, new, 1)) == []


def test_variants_are_needed() -> None:
    text = MULTIVARIANT[: MULTIVARIANT.index("#EXT-X-STREAM-INF")]
    rules = {rule for rule, _ in told(judge(text))}
    assert rules == {"HLS-NO-VARIANTS", "HLS-STEERING-PATHWAY"}


def test_a_multivariant_playlist_is_no_rendition() -> None:
    findings = multivariant_playlist.NESTED.check(multivariant(MULTIVARIANT), "p")
    assert told(findings) == [("HLS-NESTED-MULTIVARIANT", None)]


def test_every_rule_has_a_defect_here() -> None:
    elsewhere = {"HLS-DEFINE-NAME", "HLS-DEFINE-TWICE"}
    seeded = {edit.rule for edit in BREAKS} | elsewhere | {"HLS-NO-VARIANTS"}
    assert seeded == identifiers(*ALL)
