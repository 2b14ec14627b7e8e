"""What plays, asked for by other spellings of its path, at clouds that demand a token.

A spelling counts where a real origin gives the same for it; nobody who has no token may come by it.
"""

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cdn.edge.cloud import CloudEdge, CloudOrigin
from cdn.edge.cloudflare import rules
from cdn.edge.cloudfront.distribution import distribution_of
from cdn.edge.cloudfront.function import rest_request, viewer_request
from cdn.edge.fastly.vcl import service
from tests.functional.packaged_tune import packaged_tune
from tests.servers.edge_function import RunningFunction, in_node
from tests.servers.soundbridge import serving
from tests.unit.cdn.edge.test_cloudflare import applies
from tests.unit.cdn.edge.test_cloudflare import asked as asked_of_cloudflare
from tests.unit.cdn.edge.test_cloudfront import fits
from tests.unit.cdn.edge.vcl_in_python import Request, Service

HOST = "music.example.com"
EDGE = CloudEdge(
    host=HOST, origin=CloudOrigin.read("https://origin.example.com"), checks_tokens=True
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return other spellings of an entry and a segment for which an origin has them."""
    folder = tmp_path_factory.mktemp("spelt")
    tune = packaged_tune(folder)
    with serving(tune.store) as origin:
        connection = HTTPConnection(urlsplit(origin).netloc, timeout=10)
        found = []
        for path in ("/song.m3u8", "/song.json", tune.segment):
            assert status_of(connection, path) == 200
            found += [each for each in spellings(path) if status_of(connection, each) == 200]
        connection.close()
    assert {"/%73ong.m3u8", "/song%2Em3u8", f"/%6D{tune.segment[2:]}"} <= set(found)
    return found


def spellings(path: str) -> Iterator[str]:
    for at, character in enumerate(path):
        yield f"{path[:at]}%{ord(character):02X}{path[at + 1 :]}"
        yield f"{path[:at]}%{ord(character):02x}{path[at + 1 :]}"
    for before in ("/", "/.", "/x/..", "/v1/..", "/assets/..", "\\", "/%2e", "/x/%2e%2e", "/t"):
        yield f"{before}{path}"
    yield path.upper()
    yield f"{path}/"


def status_of(connection: HTTPConnection, path: str) -> int:
    connection.putrequest("GET", path, skip_accept_encoding=True)
    connection.endheaders()
    response = connection.getresponse()
    response.read()
    return response.status


def test_fastly_refuses_them(served: list[str]) -> None:
    vcl = Service(service(EDGE), {})
    assert {Request(vcl, each).outcome("vcl_recv") for each in served} <= {401, 404}


def test_cloudflare_blocks_them(served: list[str]) -> None:
    """Even in a zone that does not normalize addresses, before its rules look at them."""
    blocks = rules.rulesets(EDGE, "example.com")[rules.BLOCKS]
    for each in served:
        assert any(applies(rule, asked_of_cloudflare(each)) for rule in blocks), each


def test_functions_of_cloudfront_refuse_them(served: list[str], tmp_path: Path) -> None:
    behaviours = distribution_of(EDGE).behaviours
    with (
        in_node(viewer_request(checks_tokens=True), {}, made(tmp_path / "viewer")) as viewer,
        in_node(rest_request(), {}, made(tmp_path / "rest")) as rest,
    ):
        for path in served:
            chosen = next(b for b in behaviours if b.pattern is None or fits(b.pattern, path))
            assert refused(viewer if chosen.plays else rest, path) in {401, 404}
        for up in ("/..", "%2f..", "/."):
            assert refused(viewer, f"/media/a1{up}/a2/r1/artwork-64.jpg") == 401
        assert refused(rest, "/tracks/x") is refused(rest, "/") is None
        assert refused(rest, "/v1/search/a%20b") is refused(rest, "/artwork/t/a/64-00.jpg") is None
        for before in ("/artwork", "/assets", "/v1", "/opens", "/healthz"):
            for up in ("/..", "/%2e%2e", "/..%2f", "%2f..", "\\..", "#"):
                assert refused(rest, f"{before}{up}/media/a1/r1/128k/00001.m4s") == 404


def refused(function: RunningFunction, path: str) -> int | None:
    request = {"method": "GET", "uri": path, "querystring": {}, "headers": {}}
    status: int | None = function.answer({"request": request}, 0).get("statusCode")
    return status


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder
