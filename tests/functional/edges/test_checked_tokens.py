"""Playback tokens checked at the edge, by asking the origin as little as may be."""

from collections.abc import Iterator
from typing import Final

import pytest

from cdn.edge.plan import Address, Edge
from cdn.policy.cache_control import Audience, policy_for
from cdn.policy.cross_origin import ON_EVERY_ANSWER
from cdn.policy.object_class import ObjectClass
from cdn.policy.route import ROUTES
from tests.functional.edges.asking import Answer, ask, seen
from tests.functional.edges.kinds import CACHING, KINDS
from tests.functional.supervising import until
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin

ANN, BOB = "ann.opens.it", "bob.opens.it"
FOREVER: Final = policy_for(ObjectClass.SEGMENT).headers | {"Accept-Ranges": "bytes"}
OPEN: Final = Said(204, {"Cache-Control": "max-age=60"}, b"")
CLOSED: Final = {"Cache-Control": "max-age=1", "WWW-Authenticate": 'Bearer realm="playback"'}
SEGMENT, ENTRY, WAVEFORM = "/media/as/r1/128k/1.m4s", "/pb.m3u8", "/media/as/r1/waveform.json"


@pytest.fixture(scope="module", params=CACHING)
def checking(
    request: pytest.FixtureRequest,
    scripted_origin: ScriptedOrigin,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningEdge]:
    """An edge that checks tokens, in front of a stand-in for an origin."""
    origins = [Address("127.0.0.1", scripted_origin.port)]
    plan = Edge(host="listen.example", origins=origins, checks_tokens=True)
    with KINDS[request.param](plan, tmp_path_factory.mktemp("checking")) as running:
        yield running


def opened(origin: ScriptedOrigin, token: str, scope: str, what: str, said: Said = OPEN) -> str:
    """Let the origin say of a check, and return its path."""
    path = f"/opens/{token}/{scope}/{what}"
    origin.says[path] = said
    return path


def test_listeners_share_one_copy_and_each_one_is_checked_once(
    checking: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = "/media/shared/r1/128k/00001.m4s"
    checks = [opened(origin, who, "play", "media/shared") for who in (ANN, BOB)]
    origin.says[path] = Said(fields=FOREVER, body=b"sound")
    found = [ask(checking.url, f"/t/{who}{path}?CMCD=1") for who in (ANN, BOB, ANN, BOB)]
    assert [(each.status, each.body) for each in found] == [(200, b"sound")] * 4
    assert [each.is_hit for each in found] == [False, True, True, True]
    assert [len(origin.fetches(each)) for each in (path, *checks)] == [1, 1, 1]
    other = path.replace("00001", "00002")
    assert ask(checking.url, f"/t/{ANN}{other}").status == 404
    assert len(origin.fetches(checks[0])) == 1, "one check is for all segments of an asset"


@pytest.mark.parametrize("path", [f"/t/{ANN}/steering/pb", "/steering/pb"])
def test_who_is_steered_is_told_by_the_origin_each_time(
    checking: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    """What a player reports is in its query; the origin looks at the token itself."""
    origin.says[path] = Said(fields=policy_for(ObjectClass.STEERING).headers)
    asked = f"{path}?session=s&_HLS_pathway=a&_HLS_throughput=9"
    assert [ask(checking.url, asked).status for _ in range(2)] == [200, 200]
    assert [each.target for each in origin.asked] == [asked, asked]


@pytest.mark.parametrize(
    ("path", "scope", "what"),
    [
        (SEGMENT, "play", "media/as"),
        (WAVEFORM, "about", "media/as"),
        ("/media/as/r1/artwork-320.jpg", "about", "media/as"),
        ("/media/as/r1/waveform.dat", "about", "media/as"),
        ("/growing/as/r1/128k/playlist.m3u8", "play", "growing/as"),
        (ENTRY, "play", "pb"),
        ("/pb.packed.m3u8", "play", "pb"),
        ("/pb.mpd", "play", "pb"),
        ("/pb.json", "about", "pb"),
    ],
)
def test_the_origin_is_asked_for_the_scope_that_it_needs(
    checking: RunningEdge, origin: ScriptedOrigin, path: str, scope: str, what: str
) -> None:
    token = f"scoped.to.{path.translate(str.maketrans('/.', '__'))}"
    check = opened(origin, token, scope, what)
    origin.says[path] = Said(fields=FOREVER)
    assert ask(checking.url, f"/t/{token}{path}", Cookie="x=y", Range="bytes=0-0").status == 206
    (asked,) = origin.fetches(check)
    assert not {"cookie", "authorization", "range", "if-none-match"} & set(asked.fields)
    assert asked.fields["x-forwarded-for"] == "127.0.0.1"


@pytest.mark.parametrize("status", [401, 403])
def test_what_opens_nothing_is_told_so_even_if_there_is_a_copy(
    checking: RunningEdge, origin: ScriptedOrigin, status: int
) -> None:
    path, bad = "/media/closed/r1/1.m4s", f"bad.bad.{status}"
    opened(origin, ANN, "play", "media/closed")
    opened(origin, bad, "play", "media/closed", Said(status, CLOSED))
    origin.says[path] = Said(fields=FOREVER)
    assert ask(checking.url, f"/t/{ANN}{path}").status == 200
    refused = ask(checking.url, f"/t/{bad}{path}", Origin="https://a.example")
    assert (refused.status, refused.body == b"said") == (status, False)
    _is_refusal(refused)


def test_a_token_that_is_not_known_yet_is_asked_about_again_soon(
    checking: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = "/media/later/r1/1.m4s"
    origin.says[path] = Said(fields=FOREVER)
    opened(origin, ANN, "play", "media/later", Said(401, CLOSED))
    assert ask(checking.url, f"/t/{ANN}{path}").status == 401
    opened(origin, ANN, "play", "media/later")
    until(lambda: ask(checking.url, f"/t/{ANN}{path}").status == 200)


@pytest.mark.parametrize(
    "path",
    [
        SEGMENT,
        ENTRY,
        "/pb.json",
        WAVEFORM,
        f"/t/no-token{SEGMENT}",
        f"/t/..{SEGMENT}",
        f"/t/a.b{ENTRY}",
        f"/t/a.b.c.d{ENTRY}",
        f"/t/{ANN}/media/UPPER/r1/1.m4s",
    ],
)
def test_nothing_plays_without_a_token(
    checking: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    origin.usually = Said(fields=FOREVER)
    try:
        _is_refusal(ask(checking.url, path), 401)
        assert origin.asked == []
    finally:
        origin.usually = Said(404, {"Cache-Control": "max-age=5"})


@pytest.mark.parametrize(
    "fields",
    [
        {"Accept": "text/event-stream"},
        {"Authorization": "Bearer x", "Cookie": "who=ann"},
        {"Upgrade": "websocket", "Connection": "Upgrade"},
        {"X_Original_URL": "/", "X_Forwarded_Host": "a.example", "Cache_Control": "no-cache"},
        {"Expect": "100-continue"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "get"])
def test_no_way_of_asking_leads_around_the_check(
    checking: RunningEdge, origin: ScriptedOrigin, method: str, fields: dict[str, str]
) -> None:
    origin.usually = Said(fields=FOREVER, body=b"secret")
    try:
        found = ask(checking.url, SEGMENT, method=method, **fields)
        assert found.status in {400, 401, 403, 404, 405, 501}
        assert origin.fetches(SEGMENT) == []
    finally:
        origin.usually = Said(404, {"Cache-Control": "max-age=5"})


@pytest.mark.parametrize(
    "path",
    [
        "/medi%61/as/r1/128k/1.m4s",
        "/media/as/r1/128k/1%2Em4s",
        "/pb%2Em3u8",
        "//media/as/r1/128k/1.m4s",
        "/x/../media/as/r1/128k/1.m4s",
        "/v1/../media/as/r1/128k/1.m4s",
        "/v1/%2e%2e/media/as/r1/128k/1.m4s",
        f"/t/{ANN}/medi%61/as/r1/128k/1.m4s",
        f"/t/{ANN}/media/as/../other/1.m4s",
        f"/t/{ANN}/media/as/%2e%2e/other/1.m4s",
        f"/t/{ANN}/media/as/r1/index%2Ejson",
        f"/%74/{ANN}/media/other/r1/1.m4s",
        "/pb.m3u8#x",
        f"/t/{ANN}/media/as/r1/1.m4s#.json",
    ],
)
def test_no_spelling_leads_around_the_check(
    checking: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    opened(origin, ANN, "play", "media/as")
    origin.usually = Said(fields=FOREVER, body=b"secret")
    try:
        found = ask(checking.url, path)
        assert found.status in {400, 401, 403, 404}
        assert b"secret" not in found.body
    finally:
        origin.usually = Said(404, {"Cache-Control": "max-age=5"})


@pytest.mark.parametrize(
    "said", [Said(503, {"Cache-Control": "no-store"}), None], ids=["503", "down"]
)
def test_where_it_cannot_be_known_nothing_plays(
    checking: RunningEdge, origin: ScriptedOrigin, said: Said | None
) -> None:
    path = "/media/unknown/r1/1.m4s"
    opened(origin, ANN, "play", "media/unknown")
    origin.says[path] = Said(fields=FOREVER)
    assert ask(checking.url, f"/t/{ANN}{path}").status == 200
    if said is None:
        origin.is_down = True
    else:
        opened(origin, BOB, "play", "media/unknown", said)
    found = ask(checking.url, f"/t/{BOB}{path}")
    assert found.status == 503
    assert found.fields["cache-control"] == "no-store"
    assert ask(checking.url, f"/t/{ANN}{path}").is_hit, "what was opened stays so for its minute"


def test_no_check_counts_when_its_time_is_over(
    checking: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = "/media/brief/r1/1.m4s"
    check = opened(
        origin, ANN, "play", "media/brief", Said(204, {"Cache-Control": "max-age=1"}, b"")
    )
    origin.says[path] = Said(fields=FOREVER)
    assert ask(checking.url, f"/t/{ANN}{path}").status == 200
    opened(origin, ANN, "play", "media/brief", Said(401, CLOSED))
    ended = until(lambda: (found := ask(checking.url, f"/t/{ANN}{path}")).status != 200 and found)
    assert ended.status == 401
    assert len(origin.fetches(check)) == 2


def test_a_check_that_depends_on_the_page_is_asked_for_each(
    checking: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = "/media/pages/r1/1.m4s"
    fields = {"Cache-Control": "max-age=60", "Vary": "Origin, Referer"}
    check = opened(origin, ANN, "play", "media/pages", Said(204, fields, b""))
    origin.says[path] = Said(fields=FOREVER)
    for _ in range(2):
        found = ask(checking.url, f"/t/{ANN}{path}", Origin="https://good.example")
        assert (found.status, found.fields["vary"]) == (200, "Origin, Referer")
    assert len(origin.fetches(check)) == 1
    assert origin.fetches(check)[0].fields["origin"] == "https://good.example"
    opened(origin, ANN, "play", "media/pages", Said(403, {**CLOSED, "Vary": fields["Vary"]}))
    assert ask(checking.url, f"/t/{ANN}{path}", Origin="https://evil.example").status == 403
    assert ask(checking.url, f"/t/{ANN}{path}", Referer="https://evil.example/").status == 403
    opened(origin, ANN, "play", "media/pages", Said(503, {"Cache-Control": "no-store"}))
    for fields in ({"Origin": "https://late.example"}, {"Referer": "https://late.example/"}):
        assert ask(checking.url, f"/t/{ANN}{path}", **fields).status >= 500
        assert ask(checking.url, f"/t/{ANN}{path}", Origin="https://good.example").status == 200
    origin.is_down = True
    assert ask(checking.url, f"/t/{ANN}{path}", Origin="https://down.example").status >= 500
    assert ask(checking.url, f"/t/{ANN}{path}", Origin="https://good.example").status == 200


CLASSES: Final = sorted({each for route in ROUTES if route.needs_token for each in route.classes})


@pytest.mark.parametrize("purged", [False, True], ids=["", "purged"])
@pytest.mark.parametrize("object_class", [*CLASSES, ObjectClass.NOT_FOUND])
def test_browsers_of_holders_are_told_what_the_origin_would_tell_them(
    checking: RunningEdge, origin: ScriptedOrigin, object_class: ObjectClass, *, purged: bool
) -> None:
    path = f"/{object_class}{'-purged' * purged}.m3u8"
    opened(origin, ANN, "play", path[1:-5])
    said = policy_for(object_class, purged=purged).headers
    origin.says[path] = Said(404 if object_class is ObjectClass.NOT_FOUND else 200, said)
    wanted = policy_for(object_class, purged=purged, audience=Audience.TOKEN_HOLDERS).headers
    for _ in range(2):
        found = ask(checking.url, f"/t/{ANN}{path}")
        assert {name: found.fields[name.lower()] for name in wanted} == wanted
    assert len(origin.fetches(path)) == 1


def test_a_purge_needs_no_token(checking: RunningEdge, origin: ScriptedOrigin) -> None:
    path = "/media/purged/r1/1.m4s"
    opened(origin, ANN, "play", "media/purged")
    tagged = {**FOREVER, "Surrogate-Key": "asset-purged"}
    origin.says[path] = Said(fields=tagged, body=b"old")
    assert ask(checking.url, f"/t/{ANN}{path}").body == b"old"
    origin.says[path] = Said(fields=tagged, body=b"new")
    checking.dropped(path, tag="asset-purged")
    assert seen(checking, f"/t/{ANN}{path}", lambda found: found.body == b"new")


@pytest.mark.parametrize("path", ["/", "/v1/tracks", "/artwork/a/1.jpg", "/assets/x.js"])
def test_the_page_and_the_api_need_none(
    checking: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    origin.says[path] = Said(fields={"Cache-Control": "max-age=60"})
    assert ask(checking.url, path).status == 200


def test_a_cover_needs_none_and_those_who_have_one_get_the_same_copy(
    checking: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = "/media/covered/r1/artwork-64.jpg"
    opened(origin, ANN, "about", "media/covered")
    opened(origin, BOB, "about", "media/covered", Said(403, CLOSED))
    origin.says[path] = Said(fields=FOREVER)
    plain = ask(checking.url, path)
    assert (plain.status, plain.fields["cache-control"]) == (200, FOREVER["Cache-Control"])
    held = ask(checking.url, f"/t/{ANN}{path}")
    assert (held.status, held.is_hit) == (200, True)
    assert held.fields["cache-control"].startswith("private, ")
    assert ask(checking.url, f"/t/{BOB}{path}").status == 403
    assert len(origin.fetches(path)) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/media/as/r1/128k/..%2f..%2f1.m4s%2f..%2fa.jpg",
        "/media/as/r1/128k/1.m4s%3fa.jpg",
        "/media/as/r1/128k/1.m4s?a.jpg",
        "/growing/as/r1/a.jpg",
        "/media/../pb.m3u8;.jpg",
    ],
)
def test_what_only_looks_like_a_cover_is_none(
    checking: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    origin.says[path] = Said(fields=FOREVER)
    assert ask(checking.url, path).status in {401, 404}
    assert origin.asked == []


@pytest.mark.parametrize("path", ["/opens/a.b.c/play/pb", "/opens/", "/opens/a.b.c/play/media/as"])
def test_nobody_outside_has_use_for_the_check(
    checking: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    opened(origin, "a.b.c", "play", "pb")
    assert ask(checking.url, path).status in {403, 404}
    assert origin.asked == []


def _is_refusal(found: Answer, status: int | None = None) -> None:
    assert found.status == (status or found.status)
    assert found.fields["cache-control"] == "no-store"
    for name, value in ON_EVERY_ANSWER.items():
        assert found.fields[name.lower()] == value
    if found.status == 401:
        assert found.fields["www-authenticate"] == 'Bearer realm="playback"'
