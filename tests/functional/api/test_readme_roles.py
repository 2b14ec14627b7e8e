"""What edges and the README say of roles: each path is sent to one that has it."""

import re
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from obstore.store import MemoryStore

from cdn.edge.roles import role_of
from origin.app import create_app
from origin.companion.composition import Companion
from origin.companion.media import Media
from origin.companion.roles import Role, rooms_of
from tests.functional.api.service import SIGNING_KEY, Service, over_sqlite_alone

README = Path(__file__).parents[3] / "origin" / "README.md"
READ = "GET and HEAD at "
CHANGE = "whatever is not GET or HEAD at "


def table() -> list[tuple[str, str, str]]:
    """Return role, method and path, for each path of the README's table."""
    rows = re.findall(r"^\| `(\w+)` \| \d+ \| (.*) \|$", README.read_text(), re.MULTILINE)
    return [
        (role, method, path)
        for role, said in rows
        for part in said.split("; ")
        for path in re.findall("`(/[^`]*)`", part)
        for method in _methods(part)
    ]


def _methods(part: str) -> list[str]:
    if part.startswith(READ):
        return ["GET", "HEAD"]
    return ["POST", "PUT", "PATCH", "DELETE", *([] if part.startswith(CHANGE) else ["GET"])]


@over_sqlite_alone
async def test_the_proxy_asks_for_each_endpoint_whom_it_has(service: Service) -> None:
    of_each = {
        role: {
            (each.method, each.path)
            for each in Companion(
                service.database,
                Media(MemoryStore()),
                uploads=service.uploads,
                rooms=rooms_of([role]),
                signing_key=SIGNING_KEY,
            ).endpoints
        }
        for role in Role
    }
    whole = {each for endpoints in of_each.values() for each in endpoints}
    assert whole == {(each.method, each.path) for each in service.companion.endpoints}
    for method, path in whole:
        asked = role_of(method, path)
        assert (method, path) in of_each[Role(asked)], (method, path, asked)


@over_sqlite_alone
async def test_what_is_beside_the_api_is_with_who_has_it(service: Service) -> None:
    beside = {
        str(route.resource.canonical)
        for route in service.client.app.router.routes()
        if route.resource is not None and not route.resource.canonical.startswith("/v1/")
    }
    of_auth = {path for path in beside if role_of("GET", path) == Role.AUTH}
    files = {"/companion/sign_in.js", "/companion/page.css"}
    assert of_auth == {"/sign-in", "/docs", "/openapi.json", *files}
    assert {role_of("GET", path) for path in beside - of_auth} == {Role.STREAMING}


@over_sqlite_alone
async def test_the_role_that_has_the_document_describes_the_whole(service: Service) -> None:
    auth = Companion(
        service.database,
        Media(MemoryStore()),
        uploads=service.uploads,
        rooms=rooms_of([Role(role_of("GET", "/openapi.json"))]),
        signing_key=SIGNING_KEY,
    )
    app = create_app(service.store, companion=auth, delivers=False, is_part=True)
    async with TestClient(TestServer(app)) as client:
        said = await (await client.get("/openapi.json")).json()
        page = await (await client.get("/docs")).text()
    assert said == await service.get("/openapi.json")
    assert "/v1/search/suggest" in page


@pytest.mark.parametrize(("role", "method", "path"), table())
def test_the_table_says_what_the_proxy_does(role: str, method: str, path: str) -> None:
    assert role_of(method, path) == role
    if path.startswith("/v1/"):
        assert role_of(method, f"{path}/abc") == role
