"""Request targets on the wire: which of them are addresses (RFC 3986, RFC 9112 §3.2)."""

import pytest

from tests.conformance.wire import Origin


@pytest.mark.parametrize(
    "target",
    [
        "/media/first-light-asset/r1/index.json",
        "/media/first-light-asset/r1/128k/../index.json",
        "/media/first-light-asset/r1/../r1/multivariant.m3u8",
        "/media/../entry/first-light.json",
        "/entry/first-light.json",
        "/media/first-light-asset/r1/%2e%2e/r1/multivariant.m3u8",
        "/media/first-light-asset/r1/128k%2f00001.m4s",
        "/media/first-light-asset%2fr1/multivariant.m3u8",
        "/media/first-light-asset/r1/multivariant.m3u8%00",
        "/media/first-light-asset/r1//multivariant.m3u8",
        "//media/first-light-asset/r1/multivariant.m3u8",
        "/media/first-light-asset/r1/multivariant.m3u8/",
        "/media/FIRST-LIGHT-ASSET/r1/multivariant.m3u8",
        "/media/first-light-asset/r2/multivariant.m3u8",
        "/media/first-light-asset/r1/128k/00099.m4s",
        "/media/first-light-asset/r1/artwork-999.jpg",
        "/first-light.m3u8/",
        "/First-Light.m3u8",
        "/.m3u8",
        "/-.m3u8",
        "/" + "a" * 65 + ".m3u8",
        "/..%2f..%2fetc/passwd",
        "/missing.mpd",
        "/missing.json",
    ],
)
async def test_what_is_not_an_address_is_not_found(origin: Origin, target: str) -> None:
    answer = await origin.ask("GET", target)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "max-age=5"
    assert b"first-light-asset" not in answer.body


@pytest.mark.parametrize("target", ["/first-light%2em3u8", "/%66irst-light.m3u8"])
async def test_escapes_of_unreserved_characters_mean_the_same_address(
    origin: Origin, target: str
) -> None:
    """RFC 3986 §6.2.2.2."""
    plain = await origin.ask("GET", "/first-light.m3u8")
    same = await origin.ask("GET", target)
    assert (same.status, same.body) == (plain.status, plain.body)


async def test_a_query_does_not_change_what_is_served(origin: Origin) -> None:
    """CMCD travels there."""
    answer = await origin.ask("GET", f"{origin.path}?CMCD=br%3D128%2Csid%3D%22x%22")
    assert (answer.status, answer.body) == (200, origin.content)


async def test_a_target_in_absolute_form(origin: Origin) -> None:
    """RFC 9112 §3.2.2."""
    answer = await origin.ask("GET", f"http://elsewhere.example{origin.path}")
    assert (answer.status, answer.body) == (200, origin.content)
