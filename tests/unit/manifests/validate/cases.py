"""A valid playlist of each kind and the edits that break one rule each."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from manifests.lines import lex
from manifests.media_playlist import MediaPlaylist
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from manifests.validate.finding import Finding
from manifests.validate.rule import RuleSet
from manifests.validate.written import Written

MEDIA = """\
#EXTM3U
#EXT-X-VERSION:6
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-TARGETDURATION:6
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="init.mp4"
#EXTINF:5.990748,
00000.m4s
#EXTINF:5.990748,
00001.m4s
#EXTINF:2.000000,
00002.m4s
#EXT-X-ENDLIST
"""

MULTIVARIANT = """\
#EXTM3U
#EXT-X-VERSION:8
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-DEFINE:NAME="host",VALUE="a.example"
#EXT-X-CONTENT-STEERING:SERVER-URI="steering.json",PATHWAY-ID="cdn-1"
#EXT-X-SESSION-DATA:DATA-ID="com.example.title",VALUE="A tune"
#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI="key",KEYFORMAT="com.example"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="One",DEFAULT=YES,AUTOSELECT=YES,LANGUAGE="en",\
CHANNELS="2",STABLE-RENDITION-ID="one",URI="one.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Two",LANGUAGE="fr",CHANNELS="2",URI="two.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=130000,AVERAGE-BANDWIDTH=128000,CODECS="mp4a.40.2",SCORE=1,\
STABLE-VARIANT-ID="128k",PATHWAY-ID="cdn-1",AUDIO="a"
128k/playlist.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=260000,AVERAGE-BANDWIDTH=256000,CODECS="mp4a.40.2",SCORE=2,\
STABLE-VARIANT-ID="256k",PATHWAY-ID="cdn-1",AUDIO="a"
256k/playlist.m3u8
"""


class Edit(NamedTuple):
    """What is replaced in a valid playlist, which rule that breaks, and on which line."""

    old: str
    new: str
    rule: str
    line: int | None

    def apply(self, text: str) -> str:
        assert self.old in text
        return text.replace(self.old, self.new, 1)


def media(text: str) -> Written[MediaPlaylist]:
    data = text.encode()
    playlist = parse_playlist(data)
    assert isinstance(playlist, MediaPlaylist)
    return Written.of(playlist, lex(data))


def multivariant(text: str) -> Written[MultivariantPlaylist]:
    data = text.encode()
    playlist = parse_playlist(data)
    assert isinstance(playlist, MultivariantPlaylist)
    return Written.of(playlist, lex(data))


def told(findings: Iterable[Finding]) -> list[tuple[str, int | None]]:
    """Return what matters of findings: the rule and the line."""
    return [(finding.rule, finding.line) for finding in findings]


def identifiers(*rule_sets: RuleSet[Any]) -> set[str]:
    return {rule.identifier for rules in rule_sets for rule in rules}
