"""A distribution of CloudFront, as both of its configurations say it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.edge.cloud import NOT_FOR_VIEWERS, CloudEdge, CloudOrigin
from cdn.edge.cloudfront.cloudformation.template import template as template_of
from cdn.edge.cloudfront.distribution import (
    BEHAVIOURS_MAX,
    CACHING_DISABLED,
    READ_S,
    Behaviour,
    Distribution,
    Told,
    distribution_of,
)
from cdn.edge.cloudfront.terraform.configuration import configuration
from cdn.edge.players import OF_PLAYERS
from cdn.policy import cache_key
from cdn.policy.cache_key import cache_key_of, without_token
from cdn.policy.route import PAGE, ROUTES, Query, route_of
from tests.unit.cdn.edge.cloudformation_said import said_by_template
from tests.unit.cdn.edge.targets import CODINGS, ORIGINS, PATHS, QUERIES
from tests.unit.cdn.edge.terraform_said import said_by_resources

TEMPLATE_BYTES_MAX = 51_200
"""More has to lie in a bucket (CloudFormation User Guide, "Understand quotas")."""
KINDS = [True, False]


def distribution(*, checks_tokens: bool) -> Distribution:
    origin = CloudOrigin.read("https://origin.example.com:8443")
    edge = CloudEdge(host="music.example.com", origin=origin, checks_tokens=checks_tokens)
    return distribution_of(edge, "eu-central-1")


def template(*, checks_tokens: bool) -> dict[str, Any]:
    text = template_of(distribution(checks_tokens=checks_tokens))
    read: dict[str, Any] = json.loads(text)
    return read


@pytest.mark.parametrize("checks_tokens", KINDS)
def test_cfn_lint_finds_nothing(checks_tokens: bool, tmp_path: Path) -> None:  # noqa: FBT001
    text = template_of(distribution(checks_tokens=checks_tokens))
    assert len(text.encode()) <= TEMPLATE_BYTES_MAX
    done = linted(text, tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_cfn_lint_finds_what_is_wrong(tmp_path: Path) -> None:
    text = template_of(distribution(checks_tokens=True))
    done = linted(text.replace('"HeaderBehavior"', '"HeadersBehaviour"'), tmp_path)
    assert "HeadersBehaviour" in done.stdout


def linted(text: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    path = folder / "soundbridge.json"
    path.write_text(text)
    lint = Path(sys.executable).with_name("cfn-lint")
    command: list[str | Path] = [lint, "--non-zero-exit-code", "informational", path]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("checks_tokens", KINDS)
def test_both_configurations_say_the_same(checks_tokens: bool) -> None:  # noqa: FBT001
    formed = said_by_template(template(checks_tokens=checks_tokens))
    resources = said_by_resources(configuration(distribution(checks_tokens=checks_tokens)))
    assert formed == resources
    assert len(formed["behaviours"]) == len(distribution(checks_tokens=checks_tokens).behaviours)


@pytest.mark.parametrize("checks_tokens", KINDS)
def test_there_are_not_too_many_behaviours(checks_tokens: bool) -> None:  # noqa: FBT001
    behaviours = distribution(checks_tokens=checks_tokens).behaviours
    assert len(behaviours) - 1 <= BEHAVIOURS_MAX
    assert any((each.pattern or "").startswith("/t/") for each in behaviours) is checks_tokens


def test_viewers_come_by_tls_of_today() -> None:
    assert said_by_template(template(checks_tokens=True))["viewers"][:2] == [
        "TLSv1.2_2021",
        "http2and3",
    ]


def test_nothing_private_is_kept_for_a_minimum_of_time() -> None:
    said = said_by_template(template(checks_tokens=True))
    assert {each["policy"]["min_ttl"] for each in said["behaviours"] if each["policy"]} == {0}
    assert set(said["errors"].values()) == {0}
    assert CACHING_DISABLED == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


def test_answers_can_be_purged_by_their_tags_which_viewers_do_not_see() -> None:
    said = said_by_template(template(checks_tokens=True))
    assert said["tag_field"] == "Cache-Tag"
    for one in said["behaviours"]:
        assert one["answers"]["removed"] == sorted(NOT_FOR_VIEWERS), one["pattern"]


@pytest.mark.parametrize("checks_tokens", KINDS)
def test_a_shield_and_a_key_group_are_there_where_they_are_given(checks_tokens: bool) -> None:  # noqa: FBT001
    config = template(checks_tokens=checks_tokens)["Resources"]["Distribution"]["Properties"][
        "DistributionConfig"
    ]
    nothing = {"Ref": "AWS::NoValue"}
    shield = {"Enabled": True, "OriginShieldRegion": {"Ref": "ShieldRegion"}}
    for origin in config["Origins"]:
        assert origin["OriginShield"] == {"Fn::If": ["IsShielded", shield, nothing]}
    group = {"Fn::If": ["IsSigned", [{"Ref": "Signers"}], nothing]}
    groups = [each.get("TrustedKeyGroups") for each in config["CacheBehaviors"]]
    assert [each for each in groups if each is not None] == [group] * groups.count(group)
    text = configuration(distribution(checks_tokens=checks_tokens))
    assert text.count("origin_shield_region = origin_shield.value") == len(READ_S)
    assert text.count("aws_cloudfront_key_group.signers[*].id") == groups.count(group) > 0


def test_who_uploads_may_wait_longer_than_who_plays() -> None:
    said = said_by_template(template(checks_tokens=True))
    assert {name: each[3] for name, each in said["origins"].items()} == READ_S
    for one in said["behaviours"]:
        assert (said["origins"][one["asks"]][3] == 120) is ("POST" in one["methods"])


def test_who_may_be_asked_without_a_token_is_not_signed_either() -> None:
    for one in said_by_template(template(checks_tokens=True))["behaviours"]:
        plays = one["pattern"] is not None and route_of(filled(one["pattern"], "x")).under_token
        assert one["is_signed"] is (one["runs"] == ("viewer", False)) is plays


@pytest.mark.parametrize("checks_tokens", KINDS)
def test_what_may_be_misread_is_looked_for_where_something_is_demanded(
    checks_tokens: bool,  # noqa: FBT001
) -> None:
    """At addresses of their own, too: what stands before the origin may read past them."""
    behaviours = said_by_template(template(checks_tokens=checks_tokens))["behaviours"]
    rest = [each for each in behaviours if not each["is_signed"]]
    assert {None, "/assets/*", "/artwork/*", "/v1/*"} <= {each["pattern"] for each in rest}
    assert {each["runs"] for each in rest} == {("rest", not checks_tokens)}


TARGETS = st.tuples(PATHS, QUERIES, CODINGS, ORIGINS)


@given(one=TARGETS, other=TARGETS, token=st.booleans())
def test_two_requests_share_a_copy_where_the_policy_says_so(
    one: tuple[str, str, str | None, str | None],
    other: tuple[str, str, str | None, str | None],
    token: bool,  # noqa: FBT001
) -> None:
    """A query at an address where nothing is parts what is not there, and that does no harm."""
    for path, *_ in (one, other):
        if route_of(path) is PAGE and behaviour_of(path).route is not PAGE:
            return
    prefix = "/t/e30.e30.AA" if token and route_of(one[0]).under_token else ""
    mine = key_at_edge(prefix + one[0], *one[1:]), key_at_edge(*other)
    keys = [cache_key_of(f"{path}?{query}", *rest) for path, query, *rest in (one, other)]
    assert (mine[0] is None) is (keys[0] is None)
    assert (mine[0] == mine[1]) is (keys[0] == keys[1])


@given(path=PATHS, query=QUERIES, accept=CODINGS, origin=ORIGINS)
def test_what_players_say_of_themselves_parts_no_copies(
    path: str, query: str, accept: str | None, origin: str | None
) -> None:
    said = f"CMCD=sid%3d1&{query}&_HLS_msn=3&_HLS_pathway=b"
    assert key_at_edge(path, said, accept, origin) == key_at_edge(path, query, accept, origin)
    assert key_at_edge(path, query, accept, origin) == key_at_edge(
        path, query.replace("CMCD", "_HLS_part"), accept, origin
    )


def behaviour_of(path: str) -> Behaviour:
    """Return the behaviour that CloudFront chooses: the first whose pattern fits."""
    behaviours = distribution(checks_tokens=True).behaviours
    return next(each for each in behaviours if each.pattern is None or fits(each.pattern, path))


def fits(pattern: str, path: str) -> bool:
    """Tell whether a path fits: ``*`` is any text (Developer Guide, "Path pattern")."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), path) is not None


def key_at_edge(path: str, query: str, accept: str | None, origin: str | None) -> object:
    """Return what CloudFront has for a key, None where it keeps nothing."""
    key = behaviour_of(path).key
    if key is None:
        return None
    names = [each for each in query.split("&") if each.partition("=")[0] not in key.without]
    said = accept or ""
    codings = [each for each in ("br", "gzip") if re.search(rf"\b{each}\b(?!;q=0)", said)]
    return (
        without_token(path)[0],
        tuple(each for each in names if each) if key.query else (),
        codings[:1] if key.coded else [],
        (origin or "") if "Origin" in key.headers else "",
    )


def test_what_shows_who_asks_is_passed_on_and_parts_copies() -> None:
    for each in distribution(checks_tokens=True).behaviours:
        shows = each.route.passes_credentials
        if each.key is not None:
            assert (("Authorization" in each.key.headers), each.key.cookies) == (shows, shows)
            assert ("Origin" in each.key.headers) is each.route.varies_by_origin
            assert "Cookie" not in each.key.headers, "CloudFront has it apart from others"
        if shows:
            assert each.is_told is Told.EVERYTHING


def test_what_is_not_kept_is_asked_for_with_its_query() -> None:
    """So what players say to a server of steering comes there."""
    for each in distribution(checks_tokens=True).behaviours:
        if each.key is None:
            assert each.is_told in {Told.QUERY, Told.EVERYTHING}


def test_a_key_of_signed_cookies_can_take_the_place_of_another() -> None:
    """Without a time in which nothing is signed, when all would play."""
    resources = template(checks_tokens=True)["Resources"]
    group = resources["Signers"]["Properties"]["KeyGroupConfig"]
    items = [each["Fn::If"][1]["Ref"] for each in group["Items"]]
    configs = [resources[name]["Properties"]["PublicKeyConfig"] for name in items]
    assert [each["EncodedKey"]["Ref"] for each in configs] == ["PublicKey", "OtherPublicKey"]
    assert len({each["Name"]["Fn::Sub"] for each in configs}) == 2
    conditions = template(checks_tokens=True)["Conditions"]
    assert conditions["IsSigned"] == {
        "Fn::Or": [{"Condition": resources[name]["Condition"]} for name in items]
    }


@pytest.mark.parametrize("checks_tokens", KINDS)
def test_who_steers_is_told_the_country(checks_tokens: bool) -> None:  # noqa: FBT001
    said = said_by_template(template(checks_tokens=checks_tokens))["behaviours"]
    [steering] = (each for each in said if each["pattern"] == "/steering/*")
    assert steering["told"] == ("all", ["CloudFront-Viewer-Country"])
    for each in said:  # functions see the country where an origin is told it, and only there
        if each["runs"] == ("viewer", False) and "steering" not in each["pattern"]:
            country = ("none", ["CloudFront-Viewer-Country"])
            assert each["told"] == (country if checks_tokens else None)


def test_what_players_add_is_known_by_name() -> None:
    assert all(re.fullmatch(cache_key.OF_PLAYERS, name) for name in OF_PLAYERS)
    assert len(OF_PLAYERS) <= 10
    assert any(route.query is Query.EVERYTHING for route in ROUTES)


def filled(pattern: str, text: str) -> str:
    return without_token(pattern.replace("/t/*", "/t/e30.e30.AA", 1).replace("*", text))[0]
