"""tus 1.0, each MUST of it by raw requests; https://tus.io/protocols/resumable-upload."""

import asyncio
import base64
import gzip
import hashlib
import io
from collections.abc import AsyncIterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from aiohttp import ClientResponse

from origin.companion.uploads import holding
from origin.companion.uploads.digests import RunningDigests
from origin.companion.uploads.rules import UploadRules
from tests.functional.api.sending import SOUND, is_stored, key_of, put, queued, sha256_of, told
from tests.functional.api.service import Service, User, over_sqlite_alone

pytestmark = pytest.mark.long_if("postgresql")

VERSION = {"Tus-Resumable": "1.0.0"}
OCTETS = {"Content-Type": "application/offset+octet-stream"}


async def ask(
    service: Service, by: User, method: str, path: str, body: Any = None, **said: str
) -> ClientResponse:
    """Send a request of tus; a field that is said to be empty is left out."""
    body = io.BytesIO(body) if isinstance(body, bytes) else body
    named = {name.replace("_", "-"): value for name, value in said.items()}
    headers = {key: value for key, value in {**VERSION, **named}.items() if value}
    return await service.client.request(method, path, data=body, headers=by.headers | headers)


async def make(service: Service, by: User, size_bytes: int = len(SOUND), **said: str) -> str:
    response = await ask(
        service, by, "POST", "/v1/uploads/tus", Upload_Length=str(size_bytes), **said
    )
    assert response.status == 201, await response.text()
    assert response.headers["Tus-Resumable"] == "1.0.0"
    return response.headers["Location"]


async def patch(
    service: Service, by: User, path: str, offset: int, body: Any, **said: str
) -> ClientResponse:
    fields = {"Content_Type": OCTETS["Content-Type"], "Upload_Offset": str(offset), **said}
    return await ask(service, by, "PATCH", path, body, **fields)


async def offset_of(service: Service, by: User, path: str) -> int:
    response = await ask(service, by, "HEAD", path)
    assert response.status == 200, response.status
    assert response.headers["Cache-Control"] == "no-store"
    return int(response.headers["Upload-Offset"])


def upload_in(path: str) -> str:
    return path.removesuffix("/tus")


async def test_an_upload_in_several_requests(service: Service) -> None:
    ann = await service.user()
    metadata = f"filename {base64.b64encode(b'song.wav').decode()},lossless {'MQ=='},is_private"
    path = await make(service, ann, Upload_Metadata=metadata)
    head = await ask(service, ann, "HEAD", path)
    assert (head.headers["Upload-Length"], head.headers["Upload-Offset"]) == (str(len(SOUND)), "0")
    assert head.headers["Upload-Metadata"] == metadata
    for start in range(0, len(SOUND), 300_000):
        response = await patch(service, ann, path, start, SOUND[start : start + 300_000])
        assert response.status == 204
        assert response.headers["Tus-Resumable"] == "1.0.0"
        there = min(start + 300_000, len(SOUND))
        assert response.headers["Upload-Offset"] == str(there)
        assert ("Upload-Expires" in response.headers) == (there < len(SOUND))
    done = await service.get(upload_in(path), ann)
    assert (done["state"], done["sha256"]) == ("complete", sha256_of(SOUND))
    assert (done["name"], done["lossless"], done["way"]) == ("song.wav", True, "tus")
    assert is_stored(service, done, SOUND)
    assert len(await queued(service)) == 1
    assert await offset_of(service, ann, path) == len(SOUND)
    again = await patch(service, ann, path, len(SOUND), b"")
    assert (again.status, again.headers["Upload-Offset"]) == (204, str(len(SOUND)))
    assert len(await queued(service)) == 1


async def test_an_upload_that_the_api_made(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"size_bytes": len(SOUND), "way": "tus"})
    assert made["send"]["put"] is None
    assert (await patch(service, ann, made["send"]["tus"], 0, SOUND)).status == 204
    assert is_stored(service, made, SOUND)


async def test_bytes_go_behind_those_that_are_there(service: Service) -> None:
    ann = await service.user()
    path = await make(service, ann)
    await patch(service, ann, path, 0, SOUND[:1000])
    for offset in (0, 999, 1001):
        response = await patch(service, ann, path, offset, SOUND[offset : offset + 10])
        assert response.status == 409
        assert (await response.json())["code"] == "offset_mismatch"
    assert await offset_of(service, ann, path) == 1000


@over_sqlite_alone
@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"Content_Type": "application/octet-stream"}, 415),
        ({"Upload_Offset": ""}, 400),
        ({"Upload_Offset": "-1"}, 400),
        ({"Upload_Offset": "ten"}, 400),
        ({"Tus_Resumable": ""}, 412),
        ({"Tus_Resumable": "0.2.2"}, 412),
        ({"Upload_Checksum": "crc32 AAAA"}, 400),
        ({"Upload_Checksum": "sha1 %%%"}, 400),
        ({"Upload_Length": "77"}, 400),
    ],
)
async def test_what_a_patch_must_have(service: Service, said: dict[str, str], status: int) -> None:
    ann = await service.user()
    path = await make(service, ann)
    response = await patch(service, ann, path, 0, SOUND[:100], **said)
    assert response.status == status, await response.text()
    assert ("Tus-Version" in response.headers) == (status == 412)
    assert await offset_of(service, ann, path) == 0


@over_sqlite_alone
async def test_coded_content_is_refused(service: Service) -> None:
    ann = await service.user()
    path = await make(service, ann)
    coded = gzip.compress(SOUND[:1000])
    assert (await patch(service, ann, path, 0, coded, Content_Encoding="gzip")).status == 415
    assert await offset_of(service, ann, path) == 0


@over_sqlite_alone
async def test_what_is_offered(service: Service) -> None:
    for path in ("/v1/uploads/tus", "/v1/uploads/abc/tus"):
        response = await service.client.options(path)
        assert response.status == 204
        assert response.headers["Tus-Version"] == "1.0.0"
        assert response.headers["Tus-Max-Size"] == str(service.uploads.rules.size_bytes_max)
        assert {"sha1", "md5"} <= set(response.headers["Tus-Checksum-Algorithm"].split(","))
        extensions = set(response.headers["Tus-Extension"].split(","))
        assert {"creation", "expiration", "termination", "checksum", "concatenation"} <= extensions
        assert "PATCH" in response.headers["Access-Control-Allow-Methods"] or path.endswith("s/tus")
        assert "Upload-Offset" in response.headers["Access-Control-Allow-Headers"]
        assert "Upload-Offset" in response.headers["Access-Control-Expose-Headers"]


async def test_who_cannot_send_a_patch_overrides_the_method(service: Service) -> None:
    ann = await service.user()
    path = await make(service, ann)
    said = {"Content_Type": OCTETS["Content-Type"], "Upload_Offset": "0"}
    sent = await ask(service, ann, "POST", path, SOUND[:9], X_HTTP_Method_Override="PATCH", **said)
    assert (sent.status, sent.headers["Upload-Offset"]) == (204, "9")
    gone = await ask(service, ann, "PATCH", path, X_HTTP_Method_Override="DELETE")
    assert gone.status == 204
    assert (await ask(service, ann, "HEAD", path)).status == 404
    other = await make(service, ann)
    assert (await ask(service, ann, "POST", other)).status == 405


@over_sqlite_alone
@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"Upload_Length": ""}, 400),
        ({"Upload_Defer_Length": "1"}, 400),
        ({"Upload_Length": "", "Upload_Defer_Length": "2"}, 400),
        ({"Upload_Length": "x"}, 400),
        ({"Upload_Length": "0"}, 422),
        ({"Upload_Length": str(2**50)}, 413),
        ({"Upload_Metadata": "a !"}, 400),
        ({"Upload_Metadata": "a YQ==,a YQ=="}, 400),
        ({"Upload_Metadata": "filename AA=="}, 400),
        ({"Upload_Concat": "whole"}, 400),
        ({"Upload_Concat": "final;/v1/uploads/nobodys/tus"}, 400),
        ({"Upload_Length": "", "Upload_Concat": "final;/v1/uploads/nobodys/tus"}, 404),
        ({"Upload_Length": "", "Upload_Concat": "final;/etc/passwd"}, 400),
        ({"Tus_Resumable": "2.0.0"}, 412),
    ],
)
async def test_what_creation_must_have(service: Service, said: dict[str, str], status: int) -> None:
    ann = await service.user()
    fields = {"Upload_Length": "10", **said}
    response = await ask(service, ann, "POST", "/v1/uploads/tus", **fields)
    assert response.status == status, await response.text()
    assert (await service.get("/v1/uploads", ann))["items"] == []


@over_sqlite_alone
async def test_names_are_as_long_as_those_of_files(service: Service) -> None:
    ann = await service.user()

    async def named(length: int) -> ClientResponse:
        metadata = f"filename {base64.b64encode(b'x' * length).decode()}"
        said = {"Upload_Length": "10", "Upload_Metadata": metadata}
        return await ask(service, ann, "POST", "/v1/uploads/tus", **said)

    assert (await named(255)).status == 201
    refused = await named(256)
    assert refused.status == 400
    assert "at most 255 characters" in (await refused.json())["detail"]


@pytest.mark.parametrize("sent", [len(SOUND), 1000])
async def test_creation_with_the_first_bytes(service: Service, sent: int) -> None:
    ann = await service.user()
    said = {"Upload_Length": str(len(SOUND)), "Content_Type": OCTETS["Content-Type"]}
    response = await ask(service, ann, "POST", "/v1/uploads/tus", SOUND[:sent], **said)
    assert (response.status, response.headers["Upload-Offset"]) == (201, str(sent))
    path = response.headers["Location"]
    if sent < len(SOUND):
        await patch(service, ann, path, sent, SOUND[sent:])
    assert is_stored(service, await service.get(upload_in(path), ann), SOUND)


async def test_nothing_is_left_of_a_creation_whose_bytes_are_refused(service: Service) -> None:
    """Nobody was told where it is."""
    ann = await service.user()
    said = {"Upload_Length": "1000", "Content_Type": OCTETS["Content-Type"]}
    wrong = {"Upload_Checksum": f"sha1 {base64.b64encode(bytes(20)).decode()}"}
    for content, more, status in (
        (SOUND[:1000], wrong, 460), (SOUND[:1001], {}, 422), (SOUND[:500], wrong, 460),
        (SOUND[:1000], {"Upload_Metadata": f"sha256 {base64.b64encode(b'a' * 64).decode()}"}, 422),
    ):  # fmt: skip
        answer = await ask(service, ann, "POST", "/v1/uploads/tus", content, **said, **more)
        assert (answer.status, "Location" in answer.headers) == (status, False)
        assert (await service.get("/v1/uploads", ann))["items"] == []
    assert not [path for path in service.media.rglob("*") if path.is_file()]


async def test_nothing_is_left_of_a_whole_whose_parts_cannot_be_read(service: Service) -> None:
    ann = await service.user()
    path = await make(service, ann, 1000, Upload_Concat="partial")
    await patch(service, ann, path, 0, SOUND[:1000])
    part = await service.get(upload_in(path), ann)
    lost = service.media / key_of(part)
    away = lost.rename(lost.with_name("away"))
    final = {"Upload_Concat": f"final;{path}"}
    assert (await ask(service, ann, "POST", "/v1/uploads/tus", **final)).status == 503
    assert (await service.get("/v1/uploads", ann))["items"] == [part]
    away.rename(lost)
    assert (await ask(service, ann, "POST", "/v1/uploads/tus", **final)).status == 201


@pytest.mark.parametrize("creates", [False, True])
async def test_time_goes_on_from_the_last_byte(service: Service, *, creates: bool) -> None:
    ann = await service.user()

    async def slowly() -> AsyncIterator[bytes]:
        yield SOUND[:1000]
        await asyncio.sleep(2.5)
        yield SOUND[1000:2000]

    if creates:
        said = {"Upload_Length": str(len(SOUND)), "Content_Type": OCTETS["Content-Type"]}
        answer = await ask(service, ann, "POST", "/v1/uploads/tus", slowly(), **said)
        path = answer.headers["Location"]
    else:
        path = await make(service, ann)
        answer = await patch(service, ann, path, 0, slowly())
    until_s = parsedate_to_datetime(answer.headers["Upload-Expires"]).timestamp()
    so_says = (await service.get(upload_in(path), ann))["expires_at"]
    assert until_s == pytest.approx(datetime.fromisoformat(so_says).timestamp(), abs=1.5)


async def test_a_length_that_is_said_later(service: Service) -> None:
    ann = await service.user()
    said = {"Upload_Length": "", "Upload_Defer_Length": "1"}
    path = (await ask(service, ann, "POST", "/v1/uploads/tus", **said)).headers["Location"]
    head = await ask(service, ann, "HEAD", path)
    assert head.headers["Upload-Defer-Length"] == "1"
    assert "Upload-Length" not in head.headers
    await patch(service, ann, path, 0, SOUND[:5000])
    response = await patch(service, ann, path, 5000, SOUND[5000:], Upload_Length=str(len(SOUND)))
    assert response.status == 204, await response.text()
    assert is_stored(service, await service.get(upload_in(path), ann), SOUND)


async def test_bytes_for_another_place_change_nothing(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})
    path = made["send"]["tus"]
    refused = await patch(service, ann, path, 9, SOUND[9:], Upload_Length=str(len(SOUND)))
    assert (refused.status, (await refused.json())["code"]) == (409, "offset_mismatch")
    left = await service.get(f"/v1/uploads/{made['id']}", ann)
    assert [left[name] for name in ("state", "way", "size_bytes")] == ["waiting", None, None]
    assert is_stored(service, await put(service, ann, left, SOUND), SOUND)
    other = await service.post("/v1/uploads", ann, {})
    path = other["send"]["tus"]
    assert (await patch(service, ann, path, 9, b"", Upload_Length="5000")).status == 409
    assert (await ask(service, ann, "HEAD", path)).headers["Upload-Defer-Length"] == "1"
    assert (await patch(service, ann, path, 0, SOUND, Upload_Length=str(len(SOUND)))).status == 204
    assert is_stored(service, await service.get(upload_in(path), ann), SOUND)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
async def test_bytes_under_a_checksum(service: Service, algorithm: str) -> None:
    ann = await service.user()
    path = await make(service, ann)
    half = len(SOUND) // 2

    def checksum(content: bytes) -> str:
        digest = hashlib.new(algorithm, content).digest()
        return f"{algorithm} {base64.b64encode(digest).decode()}"

    first = SOUND[:half]
    response = await patch(service, ann, path, 0, first, Upload_Checksum=checksum(first))
    assert response.status == 204
    wrong = await patch(service, ann, path, half, SOUND[half:], Upload_Checksum=checksum(first))
    assert wrong.status == 460
    assert wrong.reason == "Checksum Mismatch"
    assert await offset_of(service, ann, path) == half
    await patch(service, ann, path, half, SOUND[half:], Upload_Checksum=checksum(SOUND[half:]))
    done = await service.get(upload_in(path), ann)
    assert is_stored(service, done, SOUND)
    assert done["sha256"] in {None, sha256_of(SOUND)}


async def broken(content: bytes, until: asyncio.Event) -> AsyncIterator[bytes]:
    yield content
    await until.wait()
    raise ConnectionError


async def until_on_disk(service: Service, size_bytes: int) -> None:
    while sum(path.stat().st_size for path in service.media.rglob("*#0")) < size_bytes:  # noqa: ASYNC110 another's doing
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("under_checksum", [False, True])
async def test_what_came_of_a_request_that_broke_off(
    service: Service, *, under_checksum: bool
) -> None:
    ann = await service.user()
    path = await make(service, ann, 3 * len(SOUND))
    lost = asyncio.Event()
    said = {"Upload_Checksum": "sha1 AAAA"} if under_checksum else {}
    sending = asyncio.create_task(patch(service, ann, path, 0, broken(2 * SOUND, lost), **said))
    await until_on_disk(service, 1 << 20)
    lost.set()
    with pytest.raises((ConnectionError, OSError)):
        await sending
    there = await offset_of(service, ann, path)
    assert there == 0 if under_checksum else there >= 1 << 20


async def test_a_ghost_gives_way(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client asks anew while its first connection still seems to be there."""
    monkeypatch.setattr(holding, "_PATIENCE_S", 30.0)
    ann = await service.user()
    path = await make(service, ann, 3 * len(SOUND))
    ghost = asyncio.create_task(patch(service, ann, path, 0, broken(2 * SOUND, asyncio.Event())))
    await until_on_disk(service, 1 << 20)
    there = await offset_of(service, ann, path)
    assert there >= 1 << 20
    assert (await patch(service, ann, path, there, (3 * SOUND)[there:])).status == 204
    assert is_stored(service, await service.get(upload_in(path), ann), 3 * SOUND)
    ghost.cancel()
    await asyncio.gather(ghost, return_exceptions=True)


async def test_another_process_goes_on(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await service.user()
    path = await make(service, ann)
    await patch(service, ann, path, 0, SOUND[:1000])
    monkeypatch.setattr(service.uploads.digests, "_seen", RunningDigests()._seen)  # noqa: SLF001
    assert await offset_of(service, ann, path) == 1000
    await patch(service, ann, path, 1000, SOUND[1000:])
    done = await service.get(upload_in(path), ann)
    assert (done["state"], done["sha256"]) == ("complete", None)
    assert is_stored(service, done, SOUND)


@pytest.mark.parametrize("rules", [UploadRules(expires_s=-1.0)])
async def test_what_has_expired_is_gone(service: Service) -> None:
    ann = await service.user()
    path = await make(service, ann)
    for response in (
        await ask(service, ann, "HEAD", path),
        await patch(service, ann, path, 0, SOUND[:100]),
    ):
        assert response.status == 410
        assert "Upload-Offset" not in response.headers


async def test_termination(service: Service) -> None:
    ann = await service.user()
    path = await make(service, ann)
    await patch(service, ann, path, 0, SOUND[:100])
    assert (await ask(service, ann, "DELETE", path)).status == 204
    for method in ("HEAD", "DELETE"):
        response = await ask(service, ann, method, path)
        assert response.status == 404
        assert response.headers["Tus-Resumable"] == "1.0.0"
        assert "Upload-Offset" not in response.headers
    assert not list(service.media.rglob("*#0"))


async def test_what_is_sent_is_told_once(service: Service) -> None:
    ann = await service.user()
    path = await make(service, ann)
    for start in range(0, len(SOUND), 400_000):
        await patch(service, ann, path, start, SOUND[start : start + 400_000])
    assert (await service.get(upload_in(path), ann))["state"] == "complete"
    other = await make(service, ann)
    assert (await patch(service, ann, other, 0, SOUND[:1000])).status == 204
    assert (await ask(service, ann, "DELETE", other)).status == 204
    third = await make(service, ann)
    deleting = {"X-HTTP-Method-Override": "DELETE"}
    assert (await ask(service, ann, "POST", third, **deleting)).status == 204
    made = await service.post("/v1/uploads", ann, {})
    await put(service, ann, made, SOUND, 422, headers={"Content-Digest": "sha-256=:AAAA:"})
    await put(service, ann, made, SOUND)
    deeds = (await service.get("/v1/me/audit?limit=100", ann))["items"]
    ids = [upload_in(each).rpartition("/")[2] for each in (path, other, third)] + [made["id"]]
    assert [(each["action"], ids.index(each["object"])) for each in reversed(deeds)] == [
        ("createTusUpload", 0), ("patchTusUpload", 0),
        ("createTusUpload", 1), ("deleteTusUpload", 1),
        ("createTusUpload", 2), ("postTusUpload", 2),
        ("createUpload", 3), ("putUploadContent", 3),
    ]  # fmt: skip


async def test_one_upload_of_several(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    third = len(SOUND) // 3
    paths: list[str] = []
    for content in (SOUND[:third], SOUND[third : 2 * third], SOUND[2 * third :]):
        path = await make(service, ann, len(content), Upload_Concat="partial")
        final = f"final;{' '.join([*paths, path])}"
        early = await ask(service, ann, "POST", "/v1/uploads/tus", Upload_Concat=final)
        assert (early.status, (await early.json())["code"]) == (409, "parts_unfinished")
        await patch(service, ann, path, 0, content)
        paths.append(path)
    assert await queued(service) == []
    assert (await ask(service, ann, "HEAD", paths[0])).headers["Upload-Concat"] == "partial"
    final = f"final;{' '.join(paths)}"
    theirs = await ask(service, bob, "POST", "/v1/uploads/tus", Upload_Concat=final)
    assert theirs.status == 404
    assert (await service.get("/v1/me/audit", bob))["items"] == []
    made = await ask(service, ann, "POST", "/v1/uploads/tus", Upload_Concat=final)
    assert made.status == 201, await made.text()
    path = made.headers["Location"]
    head = await ask(service, ann, "HEAD", path)
    assert head.headers["Upload-Concat"] == final
    assert head.headers["Upload-Length"] == head.headers["Upload-Offset"] == str(len(SOUND))
    assert (await patch(service, ann, path, len(SOUND), b"more")).status == 403
    done = await service.get(upload_in(path), ann)
    assert is_stored(service, done, SOUND)
    assert len(await queued(service)) == 1
    assert await told(service, "upload.completed") == [done["id"]]
    deeds = (await service.get("/v1/me/audit", ann))["items"]
    created = [each["object"] for each in deeds if each["action"] == "createTusUpload"]
    assert created == [upload_in(each).rpartition("/")[2] for each in (path, *reversed(paths))]
    assert len([path for path in service.media.rglob("*") if path.is_file()]) == 1


async def test_a_part_may_begin_like_anything(service: Service) -> None:
    ann = await service.user()
    path = await make(service, ann, 5000, Upload_Concat="partial")
    assert (await patch(service, ann, path, 0, b"%PDF-1.7" + bytes(4992))).status == 204


async def test_others_uploads_are_not_there(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    path = await make(service, ann)
    for method in ("HEAD", "PATCH", "DELETE"):
        assert (await ask(service, bob, method, path)).status == 404


async def test_no_sound_is_told_at_once(service: Service) -> None:
    ann = await service.user()
    path = await make(service, ann, 10**9)
    response = await patch(service, ann, path, 0, b"%PDF-1.7\n" + bytes(5_000))
    assert response.status == 415
    assert (await response.json())["code"] == "not_sound"
    assert (await ask(service, ann, "HEAD", path)).status == 410
