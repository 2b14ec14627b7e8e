"""Two requests are given one copy where ``cache_key_of`` says so, and nowhere else."""

from itertools import combinations
from typing import Final

from cdn.policy.cache_key import cache_key_of
from tests.functional.edges.asking import Answer, ask
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin

TARGETS: Final = (
    "/media/a/r1/128k/00001.m4s",
    "/media/a/r1/128k/00001.m4s?CMCD=br%3D128",
    "/media/a/r1/128k/00001.m4s?x=1&y=2",
    "/media/a/r1/128k/00001.m4s?",
    "/media/b/r1/128k/00001.m4s",
    "/media/a/r1/128k/playlist.m3u8",
    "/media/a/r1/128k/playlist.m3u8?_HLS_pathway=a&CMCD=x",
    "/growing/a/r1/128k/playlist.m3u8?_HLS_msn=4",
    "/media/a/r1/waveform.json",
    "/media/a/r1/artwork-320.jpg?v=2",
    "/a.m3u8",
    "/a.m3u8?CMCD=x",
    "/a.mpd",
    "/a.json",
    "/a.packed.m3u8",
    "/assets/x.js?1",
    "/assets/x.js",
    "/artwork/tracks/1/320.jpg",
    "/.well-known/jwks.json?x",
    "/.well-known/jwks.json",
    "/openapi.json",
    "/openapi.json?a",
    "/v1/tracks",
    "/v1/tracks?",
    "/v1/tracks?&&",
    "/v1/tracks?limit=1",
    "/v1/tracks&limit=1",
    "/v1/tracks?limit=1&CMCD=x",
    "/v1/tracks?CMCD=x&limit=1&&_HLS_pathway=a",
    "/v1/tracks?_HLS_x=1&limit=1&CMCD",
    "/v1/tracks?CMCD&CMCD=&limit=1",
    "/v1/tracks?limit=1&offset=2",
    "/v1/tracks?limit=1&CMCD=x&offset=2&CMCD=y",
    "/v1/tracks?offset=2&limit=1",
    "/v1/tracks?CMCDX=1",
    "/v1/tracks?_HLS_=1",
    "/v1/tracks?_HLS_1=1",
    "/v1/tracks?cmcd=1",
)
ACCEPTED: Final = ("", "br, gzip", "gzip;q=0.5, deflate", "br;q=0", "zstd", "gzip, br;q=1.000")
ORIGINS: Final = ("", "https://a.example", "https://b.example")


def test_a_copy_is_shared_where_the_policy_says_so(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    """Each answer has the number of its fetch, by which it is known from which copy it came."""
    requests = [
        *((target, coding, "") for target in TARGETS for coding in ACCEPTED[:2]),
        *((target, coding, "") for target in TARGETS[5::12] for coding in ACCEPTED),
        *((target, "", said) for target in TARGETS[::6] for said in ORIGINS),
        *((target, "", said) for target in TARGETS[-12::4] for said in ORIGINS),
    ]
    numbers = {request: _number(origin, edge, *request) for request in requests}
    for one, other in combinations(requests, 2):
        is_shared = cache_key_of(*one) == cache_key_of(*other)
        assert (numbers[one] == numbers[other]) is is_shared, (one, other)


def _number(
    origin: ScriptedOrigin, edge: RunningEdge, target: str, coding: str, said: str
) -> bytes:
    path = target.partition("?")[0]
    fields = {"Cache-Control": "public, max-age=600", "Vary": "Accept-Encoding"}
    if path.startswith("/v1/"):
        fields["Vary"] = "Accept-Encoding, Origin, Authorization, Cookie"
    origin.says[path] = Said(fields=fields, body=str(len(origin.asked)).encode())
    sent = {"Accept_Encoding": coding, "Origin": said}
    return ask(edge.url, target, **{name: value for name, value in sent.items() if value}).body


def test_the_origin_is_asked_for_what_the_key_says(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    """Else one client could have its own answer kept for all."""
    playlist = "/media/asked/r1/128k/playlist.m3u8"
    ask(
        edge.url,
        f"{playlist}?a=1&CMCD=x",
        Accept_Encoding="gzip;q=0.9, br;q=0.1",
        Authorization="Bearer x",
        Cookie="who=ann",
        CMCD_Session="sf=h",
        CMCD_Status="bs",
        Origin="https://a.example",
        Range="bytes=0-1",
        X_HTTP_Method_Override="DELETE",
        X_Purge_Secret="guessed",  # noqa: S106 none
        Forwarded="for=1.2.3.4",
        X_Request_Id="mine",
        Host="another.example",
    )
    (asked,) = origin.fetches(playlist)
    assert asked.target == playlist
    assert asked.fields["accept-encoding"] == "br"
    assert asked.fields["host"] == "listen.example"
    unwanted = {"authorization", "cookie", "origin", "range", "forwarded", "x-purge-secret"}
    assert not {*unwanted, "x-http-method-override"} & set(asked.fields)
    assert not [name for name in asked.fields if name.startswith("cmcd")]
    assert asked.fields.get("x-request-id") != "mine"
    assert asked.fields["x-forwarded-for"].endswith("127.0.0.1")
    assert asked.fields["x-forwarded-proto"] == "http"


def test_the_api_is_asked_without_what_players_say(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    ask(edge.url, "/v1/asked?CMCD=x&b=%20&&a=1&_HLS_y=2", Origin="https://a.example")
    ((asked),) = origin.fetches("/v1/asked")
    assert asked.target == "/v1/asked?b=%20&a=1"
    assert asked.fields["origin"] == "https://a.example"


def test_what_is_written_oddly_is_passed_and_not_kept(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    for path in ("/medi%61/a/r1/1.m4s", "//media/a/1.m4s", "/x/../media/a/1.m4s", "/a%2Em3u8"):
        assert cache_key_of(path) is None
        origin.says[path] = Said(fields={"Cache-Control": "max-age=600"})
        found: list[Answer] = [ask(edge.url, path) for _ in range(2)]
        assert [each.status for each in found] == [200, 200]
        assert len(origin.fetches(path)) == 2, path


def test_a_query_that_is_too_tangled_is_not_kept(edge: RunningEdge, origin: ScriptedOrigin) -> None:
    target = "/v1/tangled?" + "&".join(f"a{number}=1&CMCD=x" for number in range(9))
    origin.says["/v1/tangled"] = Said(fields={"Cache-Control": "max-age=600"})
    assert [ask(edge.url, target).status for _ in range(2)] == [200, 200]
    assert {each.target for each in origin.fetches("/v1/tangled")} <= {
        target,
        target.replace("&CMCD=x", ""),
    }
