"""RFC 9110 §9 on the wire: HEAD, OPTIONS, what scripts of other sites may do, and no others."""

import pytest

from tests.conformance.wire import Origin, without


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/first-light.m3u8",
        "/first-light.mpd",
        "/first-light.json",
        "/v1/assets",
        "/healthz",
        "/readyz",
        "/missing.m3u8",
        "/media/first-light-asset/r1/multivariant.m3u8",
        "/media/first-light-asset/r1/128k/playlist.m3u8",
        "/media/first-light-asset/r1/128k/init.mp4",
        "/media/first-light-asset/r1/128k/00001.m4s",
        "/media/first-light-asset/r1/waveform.json",
        "/media/first-light-asset/r1/artwork-320.jpg",
    ],
)
@pytest.mark.parametrize("accept_encoding", ["identity", "gzip", "br", "zstd"])
async def test_head_is_get_without_content(origin: Origin, path: str, accept_encoding: str) -> None:
    """§9.3.2."""
    get = await origin.ask("GET", path, f"Accept-Encoding: {accept_encoding}")
    head = await origin.ask("HEAD", path, f"Accept-Encoding: {accept_encoding}")
    assert head.status == get.status
    varying = ("Date", "Cache-Status")
    assert dict(without(head.headers, *varying)) == dict(without(get.headers, *varying))
    assert head.body == b""
    assert int(get.headers["Content-Length"]) == len(get.body)


async def test_head_of_a_segment_ignores_ranges(origin: Origin) -> None:
    """§14.2: Range is defined for GET alone."""
    answer = await origin.ask("HEAD", origin.path, "Range: bytes=0-9")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(origin.content))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
async def test_other_methods(origin: Origin, method: str) -> None:
    """§15.5.6."""
    answer = await origin.ask(method, origin.path, "Content-Length: 0")
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_options(origin: Origin) -> None:
    """§9.3.7."""
    answer = await origin.ask("OPTIONS", origin.path)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert (await origin.ask("OPTIONS", "/nowhere/at/all")).status == 404


async def test_options_of_the_server(origin: Origin) -> None:
    """§9.3.7."""
    answer = await origin.ask("OPTIONS", "*")
    assert (answer.status, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("path", ["{path}", "/nowhere/at/all"])
async def test_preflight(origin: Origin, path: str) -> None:
    """Fetch §3.2.2; no Vary, so that one answer serves every site."""
    answer = await origin.ask(
        "OPTIONS",
        path.format(path=origin.path),
        "Origin: https://player.example",
        "Access-Control-Request-Method: GET",
        "Access-Control-Request-Headers: range",
    )
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]
    assert "Range" in answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert "Vary" not in answer.headers


@pytest.mark.parametrize("name", ["range", "x-session-id", "authorization", "cmcd-request"])
async def test_players_may_send_fields_of_their_own(origin: Origin, name: str) -> None:
    """Fetch §4.9: ``*`` is every name but Authorization; older browsers take it for a name."""
    answer = await origin.ask(
        "OPTIONS",
        origin.path,
        "Origin: https://player.example",
        "Access-Control-Request-Method: GET",
        f"Access-Control-Request-Headers: {name}",
    )
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert name in allowed or ("*" in allowed and name != "authorization")
    assert "Access-Control-Allow-Credentials" not in answer.headers, "for * to mean all"


async def test_scripts_may_read_what_players_need(origin: Origin) -> None:
    answer = await origin.ask("GET", origin.path, "Origin: https://player.example")
    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"Content-Length", "Content-Range", "ETag", "Date"} <= exposed
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Vary" not in answer.headers
