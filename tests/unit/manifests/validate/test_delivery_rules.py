"""Rules on how objects are delivered."""

from dataclasses import replace

import pytest

from manifests.validate import delivery
from manifests.validate.delivery import Delivery, ObjectKind, Outcome
from tests.unit.manifests.validate.cases import identifiers

PLAYLIST = Delivery(
    "https://a.example/p.m3u8",
    ObjectKind.PLAYLIST,
    size_bytes=5000,
    media_type="application/vnd.apple.mpegurl",
    content_encoding="gzip",
)
SEGMENT = Delivery("https://a.example/0.m4s", ObjectKind.SEGMENT, media_type="video/iso.segment")
KEY = Delivery("media/a/0.m4s", ObjectKind.SEGMENT, size_bytes=5000)

BREAKS = [
    ("URI-UNREADABLE", replace(KEY, outcome=Outcome.FAILED, problem="there is no such object")),
    ("URI-REFUSED", replace(KEY, outcome=Outcome.REFUSED, problem="its URI leads outside")),
    ("URI-NOT-CHECKED", replace(KEY, outcome=Outcome.SKIPPED, problem="it is on a server")),
    ("HTTP-PLAYLIST-TYPE", replace(PLAYLIST, media_type="text/plain")),
    ("HTTP-PLAYLIST-TYPE", replace(PLAYLIST, media_type="")),
    ("HTTP-PLAYLIST-UNCOMPRESSED", replace(PLAYLIST, content_encoding=None)),
    ("HTTP-MEDIA-TYPE", replace(SEGMENT, media_type="application/octet-stream")),
    ("HTTP-MEDIA-REDIRECT", replace(SEGMENT, redirects=1)),
]


@pytest.mark.parametrize("found", [PLAYLIST, SEGMENT, KEY])
def test_nothing_is_found_where_delivery_is_right(found: Delivery) -> None:
    assert delivery.RULES.check(found, found.uri) == []


@pytest.mark.parametrize(("rule", "found"), BREAKS)
def test_a_defect_is_found(rule: str, found: Delivery) -> None:
    assert [finding.rule for finding in delivery.RULES.check(found, found.uri)] == [rule]


def test_a_playlist_is_known_by_its_path_or_its_type() -> None:
    unnamed = replace(PLAYLIST, uri="https://a.example/p")
    assert delivery.RULES.check(unnamed, "p") == []
    unknown = replace(unnamed, media_type="text/plain")
    rules = [finding.rule for finding in delivery.RULES.check(unknown, "p")]
    assert rules == ["HTTP-PLAYLIST-UNIDENTIFIABLE", "HTTP-PLAYLIST-TYPE"]


def test_a_playlist_may_be_redirected_and_a_small_one_uncompressed() -> None:
    small = replace(PLAYLIST, size_bytes=1400, content_encoding=None, redirects=1)
    assert delivery.RULES.check(small, "p") == []


def test_every_rule_has_a_defect_here() -> None:
    seeded = {rule for rule, _ in BREAKS} | {"HTTP-PLAYLIST-UNIDENTIFIABLE"}
    assert seeded == identifiers(delivery.RULES)
