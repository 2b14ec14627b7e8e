"""What the document says of tus, held against what the server answers over a socket."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from aiohttp import ClientResponse

from origin.companion.identity.principal import Role
from tests.functional.api.described import Described
from tests.functional.api.sending import SOUND
from tests.functional.api.service import Service, User, over_sqlite_alone

ROOT = "/v1/uploads/tus"
OCTETS = {"Content-Type": "application/offset+octet-stream"}
EACH = {"Tus-Resumable": "1.0.0", "X-Request-Id": "theirs-1"}
NONE: Mapping[str, str] = {}
CHECKSUM = "Upload-Checksum"
LATER = {"Upload-Defer-Length": "1"}
ALL = {"Upload-Length": str(len(SOUND))}
BEGUN = {"Upload-Offset": "0", **OCTETS}
OVERRIDE = {"X-HTTP-Method-Override": "PATCH"}
NOBODYS = "/v1/uploads/nobodys/tus"
NEEDS_MORE = {"400", "408", "409", "410", "414", "423", "429", "431", "500", "503"}
"""What some operations answer to two clients at once, to heads that are no good, or when not well.
Where one client brings them about, they are held against answers all the same."""


class Client:
    """Speaks tus as one user, and holds each answer against the document."""

    def __init__(self, service: Service, described: Described, by: User) -> None:
        self._service = service
        self._described = described
        self._by = by

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        fields: Mapping[str, str] = NONE,
        by: User | None = None,
    ) -> ClientResponse:
        """Send a request; ``fields`` are beside those that each has, an empty one is left out."""
        shown = {**(by or self._by).headers, **EACH, **fields}
        headers = {name: value for name, value in shown.items() if value}
        response = await self._service.client.request(method, path, data=body, headers=headers)
        self._described.hold(response)
        return response

    async def made(self, fields: Mapping[str, str]) -> str:
        """Make an upload, and return where it is."""
        response = await self.ask("POST", ROOT, fields=fields)
        assert response.status == 201, await response.text()
        return response.headers["Location"]

    async def sent(
        self, path: str, content: bytes, start: int = 0, fields: Mapping[str, str] = NONE
    ) -> int:
        """Send bytes, and return the answer's status."""
        headers = {**OCTETS, "Upload-Offset": str(start), **fields}
        return (await self.ask("PATCH", path, content, fields=headers)).status


@pytest.fixture
async def described(service: Service) -> Described:
    return await Described.of(service)


@pytest.fixture
async def client(service: Service, described: Described) -> Client:
    return Client(service, described, await service.user())


def operations(described: Described) -> Iterator[Any]:
    for path, methods in described.document["paths"].items():
        if path.endswith("/tus"):
            yield from methods.values()


def checksum(content: bytes) -> str:
    return f"sha1 {base64.b64encode(hashlib.sha1(content).digest()).decode()}"  # noqa: S324 tus's


async def upload_everything(client: Client) -> None:
    """Use each field once, and come by each success."""
    await client.ask("OPTIONS", ROOT)
    metadata = base64.b64encode(b"song.wav").decode()
    path = await client.made({**ALL, "Upload-Metadata": f"filename {metadata}"})
    await client.ask("OPTIONS", path)
    half = len(SOUND) // 2
    assert await client.sent(path, SOUND[:half], fields={CHECKSUM: checksum(SOUND[:half])}) == 204
    await client.ask("HEAD", path)
    said = {**OVERRIDE, **ALL, **OCTETS, "Upload-Offset": str(half)}
    said[CHECKSUM] = checksum(SOUND[half : half + 9])
    assert (await client.ask("POST", path, SOUND[half : half + 9], fields=said)).status == 204
    assert await client.sent(path, SOUND[half + 9 :], half + 9) == 204
    later = await client.made(LATER)
    await client.ask("HEAD", later)
    assert await client.sent(later, SOUND[:9], fields=ALL) == 204
    assert (await client.ask("DELETE", later)).status == 204
    begun = {**ALL, **OCTETS, CHECKSUM: checksum(SOUND[:9])}
    assert (await client.ask("POST", ROOT, SOUND[:9], fields=begun)).status == 201
    part = await client.made({**ALL, "Upload-Concat": "partial"})
    await client.sent(part, SOUND)
    await client.ask("HEAD", await client.made({"Upload-Concat": f"final;{part}"}))


async def be_refused(client: Client, stranger: User, listener: User) -> None:
    """Come by what is refused before anything is looked at, and where nothing is."""
    path = await client.made(ALL)
    for method, at, fields in (
        ("POST", ROOT, ALL),
        ("PATCH", path, BEGUN),
        ("POST", path, BEGUN | OVERRIDE),
        ("HEAD", path, NONE),
        ("DELETE", path, NONE),
    ):
        for by in (stranger, listener):
            assert not (await client.ask(method, at, fields=fields, by=by)).ok
        other = {**fields, "Tus-Resumable": ""}
        assert (await client.ask(method, at, fields=other)).status == 412
        if at == path:
            assert (await client.ask(method, NOBODYS, fields=fields)).status == 404
    wrong = {"X-HTTP-Method-Override": "GET"}
    assert (await client.ask("POST", path, fields=wrong)).status == 405


async def append_badly(client: Client, method: str, begun: Mapping[str, str]) -> None:
    """Come by what is refused of bytes."""
    path = await client.made(ALL)
    for fields, status in (
        ({"Upload-Offset": "x"}, 400),
        ({"Upload-Offset": "7"}, 409),
        ({"Content-Type": "text/plain"}, 415),
        ({CHECKSUM: checksum(b"other")}, 460),
    ):
        refused = await client.ask(method, path, SOUND[:9], fields={**begun, **fields})
        assert refused.status == status
    later, short = await client.made(LATER), await client.made({"Upload-Length": "20"})
    large = {**begun, "Upload-Length": str(2**50)}
    assert (await client.ask(method, later, b"", fields=large)).status == 413
    assert (await client.ask(method, short, SOUND[:60], fields=begun)).status == 422


async def make_badly(client: Client) -> None:
    """Come by what is refused of what is to be made."""
    path = await client.made(ALL)
    for fields, body, status in (
        ({"Upload-Length": "x"}, None, 400),
        ({"Upload-Length": "0"}, None, 422),
        ({"Upload-Length": str(2**50)}, None, 413),
        ({"Upload-Concat": f"final;{NOBODYS}"}, None, 404),
        ({"Upload-Concat": f"final;{path}"}, None, 409),
        ({**ALL, "Content-Type": "text/plain"}, SOUND[:9], 415),
        ({**ALL, **OCTETS, CHECKSUM: checksum(b"other")}, SOUND[:9], 460),
    ):
        assert (await client.ask("POST", ROOT, body, fields=fields)).status == status


async def come_too_late(client: Client) -> None:
    """Come by what is said of an upload that is no more, and of one that is complete."""
    gone = await client.made({"Upload-Length": "9000"})
    assert await client.sent(gone, b"%PDF-1.7" + bytes(4992)) == 415
    assert await client.sent(gone, SOUND[:9]) == 410
    assert (await client.ask("HEAD", gone)).status == 410
    whole = await client.made(ALL)
    assert await client.sent(whole, SOUND) == 204
    assert await client.sent(whole, SOUND) == 409
    assert (await client.ask("DELETE", whole)).status == 409


@over_sqlite_alone
async def test_answers_are_as_described(
    service: Service, described: Described, client: Client
) -> None:
    await upload_everything(client)
    stranger, listener = User("", "sb_none_none"), await service.user(Role.LISTENER, number=1)
    await be_refused(client, stranger, listener)
    await make_badly(client)
    await append_badly(client, "PATCH", BEGUN)
    await append_badly(client, "POST", BEGUN | OVERRIDE)
    await come_too_late(client)
    for operation in operations(described):
        name = operation["operationId"]
        statuses = {status for seen, status in described.seen if seen == name}
        assert operation["responses"].keys() - statuses <= NEEDS_MORE, name
        for status, response in operation["responses"].items():
            if status < "300":
                given = {field for seen, field in described.given if seen == name}
                assert given == response.get("headers", {}).keys(), (name, status)
        wanted = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
        assert {field for seen, field in described.taken if seen == name} == wanted, name


@over_sqlite_alone
async def test_fields_are_those_that_pages_of_other_sites_may_use(
    service: Service, described: Described
) -> None:
    answer = (await service.client.options(ROOT)).headers
    taken, given = set(), set()
    for operation in operations(described):
        taken |= {each["name"] for each in operation["parameters"] if each["in"] == "header"}
        for response in operation["responses"].values():
            given |= response.get("headers", {}).keys()
    for known, header in ((taken, "Allow"), (given, "Expose")):
        said = answer[f"Access-Control-{header}-Headers"].split(", ")
        assert {each for each in said if is_of_tus(each)} == {*filter(is_of_tus, known)}, header


def is_of_tus(name: str) -> bool:
    return name.startswith(("Tus-", "Upload-", "X-HTTP-"))
