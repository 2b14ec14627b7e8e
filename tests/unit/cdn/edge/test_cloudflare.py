"""Rules of Cloudflare, applied to requests as its rules language says."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import hcl2
import pytest
from hypothesis import given

from cdn.edge.cloud import CloudEdge, CloudOrigin
from cdn.edge.cloudflare import rules
from cdn.edge.cloudflare.documents import for_api, for_terraform
from cdn.edge.cloudflare.rules import rulesets
from cdn.edge.cloudflare.worker import KEYS_BINDING, worker
from cdn.policy.cache_key import OF_PLAYERS, cache_key_of
from cdn.policy.route import PAGE, ROUTES, Route, route_of
from tests.unit.cdn.edge.targets import ORIGINS, PATHS, QUERIES
from tests.unit.cdn.edge.terraform_said import plain

HOST = "music.example.com"
ZONE = "example.com"
EDGE = CloudEdge(
    host=HOST, origin=CloudOrigin.read("https://origin.example.com"), checks_tokens=True
)
PHASES = rulesets(EDGE, ZONE)
FREE_RULES = {"http_request_firewall_custom": 5}
"""As many as the Free plan has; 10 in other phases (Cache Rules, Transform Rules, WAF)."""
Request = dict[str, Any]


def asked(
    path: str, query: str = "", origin: str | None = None, *, host: str = HOST, **others: str
) -> Request:
    usual = {"path": path, "query": query, "origin": origin, "host": host}
    return {**usual, "cookie": "", "zone": "", **others}


@given(path=PATHS, query=QUERIES, origin=ORIGINS, other=ORIGINS)
def test_the_key_has_what_the_policy_has(
    path: str, query: str, origin: str | None, other: str | None
) -> None:
    """Of the page, nothing is kept here: it would be asked for anew each time."""
    route = chosen(path)
    key = key_of(asked(path, query, origin))
    if route is PAGE or not route.is_kept:
        assert key is None
        return
    if route_of(path) is PAGE:  # what is not there, by an ending that is
        return
    assert key is not None
    policy = cache_key_of(f"{path}?{query}", None, origin)
    assert policy is not None
    assert key[:2] == (policy.path, policy.query)
    others = key_of(asked(path, query, other)) == key
    assert others is (cache_key_of(f"{path}?{query}", None, other) == policy)


@given(path=PATHS)
def test_who_shows_who_asks_is_not_given_a_copy(path: str) -> None:
    if chosen(path).passes_credentials:
        assert key_of(asked(path, cookie="a=b")) is None


@given(path=PATHS)
def test_what_plays_needs_a_token_in_front(path: str) -> None:
    is_blocked = any(applies(rule, asked(path)) for rule in PHASES[rules.BLOCKS])
    assert is_blocked is (chosen(path).under_token and not chosen(path).is_open)
    by_another = asked(path, zone="example.org")
    assert any(applies(rule, by_another) for rule in PHASES[rules.BLOCKS]) is is_blocked
    by_worker = asked(path, zone=ZONE)
    assert not any(applies(rule, by_worker) for rule in PHASES[rules.BLOCKS])
    behind = asked(f"/t/e30.e30.AA{path}")
    assert not any(applies(rule, behind) for rule in PHASES[rules.BLOCKS])
    assert key_of(behind) is None


def test_edges_alone_ask_whether_tokens_open() -> None:
    assert any(applies(rule, asked("/opens/x/play/song")) for rule in PHASES[rules.BLOCKS])


@pytest.mark.parametrize(
    ("path", "is_refused"),
    [
        ("/v1/..%2fmedia/a1/r1/1.m4s", True),
        ("/v1/%2E%2E/media/a1/r1/1.m4s", True),
        ("/v1/..%5Cmedia/a1/r1/1.m4s", True),
        ("/artwork/../media/a1/r1/1.m4s", True),
        ("//media/a1/r1/1.m4s", True),
        ("/v1/..\\media/a1/r1/1.m4s", True),
        ("/song.m3u8#", True),
        ("/v1/search/a%20b", False),
        ("/steering/song", False),
        ("/artwork/t/a/64-00.jpg", False),
    ],
)
def test_what_may_be_misread_as_what_plays_is_blocked(path: str, is_refused: bool) -> None:  # noqa: FBT001
    """By who stands before the origin, in a zone that does not normalize addresses either."""
    assert any(applies(rule, asked(path)) for rule in PHASES[rules.BLOCKS]) is is_refused


@pytest.mark.parametrize("host", ["example.com", "a.music.example.com"])
def test_other_hosts_are_left_alone(host: str) -> None:
    every = [rule for phase in PHASES.values() for rule in phase]
    assert not any(applies(each, asked("/song.m3u8", "a=1", host=host)) for each in every)


@pytest.mark.parametrize("host", [f"{HOST}:443", "Music.Example.COM", f"{HOST}."])
def test_nobody_comes_past_by_how_the_host_is_written(host: str) -> None:
    for path in ("/song.m3u8", "/media/a1/r1/128k/00001.m4s", "/opens/x/play/song"):
        assert any(applies(rule, asked(path, host=host)) for rule in PHASES[rules.BLOCKS])


def test_what_players_say_in_fields_goes_no_further_than_copies() -> None:
    for route in ROUTES:
        request = asked(route.globs[0].replace("*", "x"))
        is_removed = {"cmcd-object", "cmcd-session"} <= removed_from(request)
        assert is_removed is bool(settings_of(request).get("cache"))


def test_viewers_are_not_told_what_cdns_alone_are() -> None:
    [rule] = PHASES[rules.ANSWERS]
    assert applies(rule, asked("/song.m3u8"))
    names = {"cdn-cache-control", "surrogate-control", "surrogate-key"}
    removed = {name: {"operation": "remove"} for name in names}
    assert rule["action_parameters"]["headers"] == removed


def test_the_origin_decides_for_how_long() -> None:
    for rule in PHASES[rules.CACHE][1:]:
        said = rule["action_parameters"]
        assert said["edge_ttl"] == {"mode": "bypass_by_default"}
        assert said["browser_ttl"] == {"mode": "respect_origin"}


def test_strong_tags_stay_where_nothing_is_recoded() -> None:
    for route in ROUTES:
        if route.is_kept and route is not PAGE:
            path = route.globs[0].replace("*", "x")
            said = settings_of(asked(path))
            assert said["respect_strong_etags"] is not route.is_coded


@pytest.mark.parametrize("phase", PHASES)
def test_there_are_no_more_rules_than_every_plan_has(phase: str) -> None:
    assert len(PHASES[phase]) <= FREE_RULES.get(phase, 10)
    assert len({rule["ref"] for rule in PHASES[phase]}) == len(PHASES[phase])
    assert all(len(rule["expression"]) <= 4096 for rule in PHASES[phase])


def test_both_forms_have_the_same_rules() -> None:
    files = for_api(EDGE, ZONE)
    by_api = {each.name: json.loads(each.text) for each in files if "http_" in each.name}
    [terraform, worker] = for_terraform(EDGE, ZONE)
    read = plain(hcl2.load(io.StringIO(terraform.text)))
    resources = [
        each["cloudflare_ruleset"] for each in read["resource"] if "cloudflare_ruleset" in each
    ]
    by_terraform = {
        f"{body['phase']}.json": {"rules": body["rules"]}
        for each in resources
        for body in each.values()
    }
    assert by_terraform == by_api
    assert worker in files


def test_both_forms_have_the_worker_where_tokens_are() -> None:
    said = json.loads({each.name: each.text for each in for_api(EDGE, ZONE)}["wrangler.json"])
    read = plain(hcl2.load(io.StringIO(for_terraform(EDGE, ZONE)[0].text)))
    named = {kind: each for block in read["resource"] for kind, each in block.items()}
    script = named["cloudflare_workers_script"]["playback_token"]
    route = named["cloudflare_workers_route"]["playback_token"]
    assert said["routes"] == [{"pattern": route["pattern"], "zone_name": ZONE}]
    assert route["pattern"] == f"{HOST}/t/*"
    for name, other in (("name", "script_name"), ("main", "main_module")):
        assert said[name] == script[other]
    assert said["compatibility_date"] == script["compatibility_date"]
    [keys] = script["bindings"]
    assert (keys["type"], keys["name"]) == ("secret_text", KEYS_BINDING)
    assert f"env.{KEYS_BINDING}" in worker()


# What Cloudflare does with rules.


def chosen(path: str) -> Route:
    """Return the route whose globs fit first: what can be told without regular expressions."""
    return next(each for each in ROUTES if any(fits(glob, path) for glob in each.globs))


def key_of(request: Request) -> tuple[Any, ...] | None:
    """Return the key that a request has; its phases come in this order."""
    for rule in PHASES[rules.REWRITES]:
        if applies(rule, request):
            request = {**request, "query": rewritten(rule, request["query"])}
    if not settings_of(request).get("cache"):
        return None
    origin = None if "origin" in removed_from(request) else request["origin"]
    return request["path"], request["query"], origin


def removed_from(request: Request) -> set[str]:
    """Return the header fields that are taken off a request."""
    return {
        name
        for rule in PHASES[rules.HEADERS]
        if applies(rule, request)
        for name, done in rule["action_parameters"]["headers"].items()
        if done == {"operation": "remove"}
    }


def settings_of(request: Request) -> dict[str, Any]:
    """Return what cache rules set: the last one of those that apply counts."""
    said: dict[str, Any] = {}
    for rule in PHASES[rules.CACHE]:
        if applies(rule, request):
            said |= rule["action_parameters"]
    return said


def rewritten(rule: Mapping[str, Any], query: str) -> str:
    said = rule["action_parameters"]["uri"]["query"]
    if "value" in said:
        assert said["value"] == ""
        return ""
    names = re.findall(r'"([^"]+)"', said["expression"])
    assert said["expression"].startswith("remove_query_args(http.request.uri.query, ")
    assert all(re.fullmatch(OF_PLAYERS, name) for name in names)
    return "&".join(each for each in query.split("&") if each.partition("=")[0] not in names)


def applies(rule: Mapping[str, Any], request: Request) -> bool:
    """Tell whether a rule's expression is true of a request."""
    code = "".join(translated(rule["expression"], request))
    return bool(eval(code, {"__builtins__": {}}))  # noqa: S307 of our own making


_TERM = re.compile(
    r'(?P<field>(?:http|cf)\.[a-z._]+) (?P<operator>strict wildcard|eq|ne) "(?P<text>[^"]*)"'
    r'|http\.request\.uri\.path contains "(?P<part>[^"]*)"'
    r'|lower\(http\.request\.uri\.path\) contains "(?P<lower>[^"]*)"'
    r'|any\(http\.request\.headers\["authorization"\]\[\*\] ne ""\)'
    r'|starts_with\(http\.request\.uri\.path, "(?P<start>[^"]*)"\)'
    r'|starts_with\(lower\(http\.host\), "(?P<host>[^"]*)"\)'
    r"|(?P<word> and | or |not |\(|\))"
)
_FIELDS = {
    "http.request.uri.path": "path",
    "http.request.uri.query": "query",
    "http.cookie": "cookie",
    "cf.worker.upstream_zone": "zone",
}


def translated(expression: str, request: Request) -> Iterator[str]:
    position = 0
    while position < len(expression):
        found = _TERM.match(expression, position)
        assert found is not None, expression[position:]
        position = found.end()
        if found["word"]:
            yield found["word"]
        elif found["part"]:
            yield str(found["part"].replace("\\\\", "\\") in request["path"])
        elif found["lower"]:
            yield str(found["lower"] in request["path"].lower())
        elif found["host"]:
            yield str(request["host"].lower().startswith(found["host"]))
        elif found["start"]:
            yield str(request["path"].startswith(found["start"]))
        elif found["field"]:
            value = request[_FIELDS[found["field"]]]
            is_equal = value == found["text"]
            results = {"eq": is_equal, "ne": not is_equal}
            yield str(results.get(found["operator"], fits(found["text"], value)))
        else:
            yield str(False)


def fits(glob: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, glob.split("*"))), text) is not None
