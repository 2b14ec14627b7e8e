"""The page and its files over real sockets: types, caching, safety."""

import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from obstore.store import MemoryStore

from origin.app import create_app
from origin.web.page import CONTENT_SECURITY_POLICY, PageMissing, read_page

Client = TestClient[Request, Application]

FOREVER = "public, max-age=31536000, immutable"
REFERENCE = re.compile(r'(?:href|src)="(assets/[^"]+)"')


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with TestClient(TestServer(create_app(MemoryStore()))) as opened:
        yield opened


async def test_the_page_is_always_asked_for_again(client: Client) -> None:
    response = await client.get("/", headers={"Accept-Encoding": "gzip"})
    assert response.status == HTTPStatus.OK
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["Content-Encoding"] == "gzip"
    wanted = {"Accept-Encoding": "gzip", "If-None-Match": response.headers["ETag"]}
    again = await client.get("/", headers=wanted)
    assert again.status == HTTPStatus.NOT_MODIFIED


async def test_the_page_may_run_and_load_only_what_is_ours(client: Client) -> None:
    response = await client.get("/")
    policy = response.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "media-src 'self' blob:" in policy
    assert not any("unsafe" in directive for directive in policy)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "microphone=()" in response.headers["Permissions-Policy"].split(", ")
    assert "frame-ancestors 'self'" in policy
    assert {"base-uri 'none'", "form-action 'none'"} <= set(policy)
    assert {"require-trusted-types-for 'script'", "trusted-types soundbridge-worker"} <= set(policy)


async def test_what_the_page_asks_for_is_there_for_ever(client: Client) -> None:
    references = REFERENCE.findall(await (await client.get("/")).text())
    types = set()
    for reference in references:
        response = await client.get(f"/{reference}")
        assert response.status == HTTPStatus.OK
        assert response.headers["Cache-Control"] == FOREVER
        assert response.headers["Content-Length"]
        assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        types.add(response.headers["Content-Type"])
    assert types == {"text/css; charset=utf-8", "text/javascript; charset=utf-8", "image/svg+xml"}


async def test_whoever_gets_a_script_finds_the_licences_of_what_is_in_it(client: Client) -> None:
    page = await (await client.get("/")).text()
    scripts = {each for each in REFERENCE.findall(page) if each.endswith(".js")}
    texts = [await (await client.get(f"/{script}")).text() for script in scripts]
    found = [re.findall(r"\A/\*! (licenses-\w+\.txt) \*/", text) for text in texts]
    named = found[0][0]
    assert found == [[named]] * len(scripts)
    response = await client.get(f"/assets/{named}")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    licenses = await response.text()
    for part in ("hls.js", "uplot", "eventemitter3", "Dailymotion", "Leon Sorokin"):
        assert part in licenses


@pytest.mark.parametrize(("coding", "suffix"), [("br", "br"), ("gzip", "gz")])
async def test_what_the_page_asks_for_was_compressed_when_it_was_built(
    client: Client, coding: str, suffix: str
) -> None:
    page = await (await client.get("/")).text()
    (script,) = re.findall(r'src="(assets/main-[^"]+)"', page)
    asked = {"Accept-Encoding": coding}
    encoded = await client.get(f"/{script}", headers=asked, auto_decompress=False)
    assert encoded.headers["Content-Encoding"] == coding
    made = files("origin.web") / "dist" / f"{script}.{suffix}"
    assert await encoded.read() == made.read_bytes()
    decoded = await client.get(f"/{script}", headers=asked)
    plain = await client.get(f"/{script}", headers={"Accept-Encoding": "identity"})
    assert await decoded.read() == await plain.read()
    assert encoded.headers["ETag"] != plain.headers["ETag"]
    for tag, status in (
        (encoded.headers["ETag"], HTTPStatus.NOT_MODIFIED),
        (plain.headers["ETag"], HTTPStatus.OK),
    ):
        again = await client.get(f"/{script}", headers={**asked, "If-None-Match": tag})
        assert again.status == status
    part = await client.get(
        f"/{script}", headers={**asked, "Range": "bytes=3-9"}, auto_decompress=False
    )
    assert await part.read() == made.read_bytes()[3:10]


@pytest.mark.parametrize("suffix", ["br", "gz"])
async def test_what_was_compressed_has_no_address_of_its_own(client: Client, suffix: str) -> None:
    page = await (await client.get("/")).text()
    (script,) = re.findall(r'src="(assets/main-[^"]+)"', page)
    assert (await client.get(f"/{script}.{suffix}")).status == HTTPStatus.NOT_FOUND


async def test_pages_that_name_no_icon_have_one(client: Client) -> None:
    response = await client.get("/favicon.ico")
    assert response.status == HTTPStatus.OK
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"


async def test_a_head_says_what_a_get_would(client: Client) -> None:
    plain = {"Accept-Encoding": "identity"}
    head, get = await client.head("/", headers=plain), await client.get("/", headers=plain)
    assert await head.read() == b""
    assert head.headers["Content-Length"] == str(len(await get.read()))
    assert head.headers["ETag"] == get.headers["ETag"]


@pytest.mark.parametrize(
    "path", ["/assets/none.js", "/assets/", "/assets/..%2findex.html", "/assets/stamp", "/stamp"]
)
async def test_nothing_else_of_the_bundle_is_served(client: Client, path: str) -> None:
    response = await client.get(path)
    assert response.status == HTTPStatus.NOT_FOUND
    assert response.headers["Cache-Control"] == "max-age=5"


def test_a_missing_bundle_is_said_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(PageMissing, match="pip install -e"):
        read_page(tmp_path / "dist")


async def test_the_worker_of_the_shell_is_always_asked_for_again(client: Client) -> None:
    response = await client.get("/sw.js")
    assert response.status == HTTPStatus.OK
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_the_worker_is_another_one_where_there_is_an_api() -> None:
    dist = files("origin.web") / "dist"
    alone, with_api = (read_page(dist, with_api=there)["/sw.js"] for there in (False, True))
    assert alone.digest != with_api.digest
