"""Uploads by one PUT: what is stored, what is queued, and what is refused."""

import asyncio
import base64
import gzip
import hashlib
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from origin.companion.identity.principal import Role, Scope
from origin.companion.uploads import holding
from origin.companion.uploads.rules import UploadRules
from tests.functional.api.sending import SOUND, is_stored, put, queued, sha256_of, told
from tests.functional.api.service import Service, over_sqlite_alone

pytestmark = pytest.mark.long_if("postgresql")

PNG = b"\x89PNG\r\n\x1a\n" + bytes(5_000)


async def in_parts(content: bytes, size_bytes: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size_bytes):
        yield content[start : start + size_bytes]


async def test_a_file_is_stored_and_its_packaging_queued(service: Service) -> None:
    ann = await service.user()
    draft = {"name": "song.wav", "size_bytes": len(SOUND), "packed_audio": True}
    made = await service.post("/v1/uploads", ann, draft)
    assert (made["state"], made["received_bytes"]) == ("waiting", 0)
    assert made["send"]["put"] == f"/v1/uploads/{made['id']}/content"
    assert made["send"]["s3"] is None
    done = await put(service, ann, made, SOUND)
    assert (done["state"], done["received_bytes"], done["way"]) == ("complete", len(SOUND), "put")
    assert (done["sha256"], done["send"]) == (sha256_of(SOUND), None)
    assert is_stored(service, made, SOUND)
    (job,) = await queued(service)
    payload = json.loads(job["payload"])
    assert (job["kind"], job["subject"], job["creator_id"]) == ("package", made["asset_id"], ann.id)
    assert payload["source"].endswith("song.wav")
    assert payload["upload_sha256"] == sha256_of(SOUND)
    assert payload["playback_id"] == made["playback_id"]
    assert payload["extras"] == {"lossless": False, "packed_audio": True}
    assert await told(service, "upload.completed") == [made["id"]]
    assert await service.get(f"/v1/uploads/{made['id']}", ann) == done
    assert (await service.get("/v1/uploads", ann))["items"] == [done]


async def test_a_file_of_unknown_size_comes_in_chunks(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})
    done = await put(service, ann, made, in_parts(SOUND))
    assert (done["size_bytes"], done["sha256"]) == (len(SOUND), sha256_of(SOUND))
    assert is_stored(service, made, SOUND)


async def test_what_broke_off_is_sent_again_from_its_start(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"size_bytes": len(SOUND)})

    async def broken() -> AsyncIterator[bytes]:
        yield SOUND[:500_000]
        while (await service.get(f"/v1/uploads/{made['id']}", ann))["state"] == "waiting":
            pass
        raise ConnectionError

    with pytest.raises((ConnectionError, OSError)):
        await put(service, ann, made, broken())
    assert await queued(service) == []
    again = await service.get(f"/v1/uploads/{made['id']}", ann)
    assert (again["state"], again["way"]) == ("receiving", "put")
    await put(service, ann, again, SOUND)
    assert is_stored(service, made, SOUND)
    assert len(await queued(service)) == 1


def field(content: bytes, algorithm: str = "sha256", name: str = "sha-256") -> str:
    return f"{name}=:{base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}:"


@over_sqlite_alone
@pytest.mark.parametrize("name", ["Content-Digest", "Repr-Digest"])
async def test_a_digest_is_held_against_what_arrives(service: Service, name: str) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})
    for wrong in (field(b"x"), field(b"x", "sha512", "sha-512"), field(SOUND) + ", " + field(b"")):
        problem = await put(service, ann, made, SOUND, 422, headers={name: wrong})
        assert problem["code"] == "digest_mismatch"
    problem = await put(service, ann, made, SOUND, 400, headers={name: "sha-256=abc"})
    assert problem["code"] == "bad_request"
    assert await queued(service) == []
    await put(service, ann, made, SOUND, headers={name: f"md5=:AAAA:, {field(SOUND)}"})
    assert is_stored(service, made, SOUND)


async def test_the_digest_that_was_said_before_is_held_against_it(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"sha256": sha256_of(b"other")})
    assert (await put(service, ann, made, SOUND, 422))["code"] == "digest_mismatch"
    assert await queued(service) == []


@pytest.mark.parametrize("said", [len(SOUND) - 1, len(SOUND) + 1])
async def test_another_size_than_was_said(service: Service, said: int) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"size_bytes": said})
    for content in (SOUND, in_parts(SOUND)):
        assert (await put(service, ann, made, content, 422))["code"] == "size_mismatch"
    assert await queued(service) == []


async def test_what_is_no_sound_is_refused_and_not_kept(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"name": "cover.png"})
    problem = await put(service, ann, made, PNG, 415)
    assert problem["code"] == "not_sound"
    assert "picture" in problem["detail"]
    failed = await service.get(f"/v1/uploads/{made['id']}", ann)
    assert (failed["state"], failed["error"]["code"]) == ("failed", "not_sound")
    assert not list(service.media.rglob("*.png*"))
    response = await service.client.put(made["send"]["put"], data=SOUND, headers=ann.headers)
    assert response.status == 410


async def test_limits_are_told_before_anything_is_sent(service: Service) -> None:
    ann = await service.user()
    rules = service.uploads.rules
    problem = await service.post("/v1/uploads", ann, {"size_bytes": rules.size_bytes_max + 1}, 413)
    assert problem["code"] == "upload_too_large"
    made = await service.post("/v1/uploads", ann, {})
    too_long = {"Content-Length": str(rules.size_bytes_max + 1), "Expect": "100-continue"}
    response = await service.client.put(
        made["send"]["put"], data=SOUND, headers=ann.headers | too_long, expect100=False
    )
    assert response.status == 413


@pytest.mark.parametrize("rules", [UploadRules(quota_bytes=3 * len(SOUND), quota_uploads=3)])
async def test_a_creator_has_a_quota(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    made = await service.post("/v1/uploads", ann, {"size_bytes": 2 * len(SOUND)})
    problem = await service.post("/v1/uploads", ann, {"size_bytes": 2 * len(SOUND)}, 403)
    assert problem["code"] == "quota_exceeded"
    unsized = await service.post("/v1/uploads", ann, {})
    for content in (io.BytesIO(2 * SOUND), in_parts(2 * SOUND)):
        assert (await put(service, ann, unsized, content, 403))["code"] == "quota_exceeded"
    await put(service, ann, unsized, SOUND)
    await service.post("/v1/uploads", bob, {"size_bytes": 2 * len(SOUND)})
    assert (await service.ask("DELETE", f"/v1/uploads/{made['id']}", ann)).status == 204
    for _ in range(2):
        await service.post("/v1/uploads", ann, {"size_bytes": len(SOUND)})
    problem = await service.post("/v1/uploads", ann, {}, 403)
    assert "3 uploads of 3" in problem["detail"]


@pytest.mark.parametrize("rules", [UploadRules(quota_bytes=3 * len(SOUND))])
async def test_a_quota_is_not_passed_by_many_at_once_whose_size_nobody_says(
    service: Service,
) -> None:
    ann = await service.user()
    both = [await service.post("/v1/uploads", ann, {}) for _ in range(2)]
    begun = asyncio.Barrier(2)

    async def content() -> AsyncIterator[bytes]:
        yield SOUND
        await begun.wait()  # the other has looked at what is left, too
        await asyncio.sleep(0.2)
        yield SOUND

    sending = (
        service.client.put(each["send"]["put"], data=content(), headers=ann.headers)
        for each in both
    )
    responses = await asyncio.gather(*sending)
    assert sorted(response.status for response in responses) == [200, 403]
    said = [await service.get(f"/v1/uploads/{each['id']}", ann) for each in both]
    assert sorted(each["state"] for each in said) == ["complete", "failed"]
    (failed,) = (each for each in said if each["state"] == "failed")
    assert failed["error"]["code"] == "quota_exceeded"
    assert len(await queued(service)) == 1
    assert sum(
        path.stat().st_size for path in service.media.rglob("*") if path.is_file()
    ) == 2 * len(SOUND)


async def test_an_empty_file(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})
    assert (await put(service, ann, made, b"", 422))["code"] == "upload_empty"
    assert (await put(service, ann, made, in_parts(b""), 422))["code"] == "upload_empty"


@over_sqlite_alone
async def test_coded_content_is_refused(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})
    problem = await put(
        service, ann, made, gzip.compress(SOUND), 415, headers={"Content-Encoding": "gzip"}
    )
    assert problem["code"] == "unsupported_media_type"


@over_sqlite_alone
async def test_a_part_is_not_taken_for_the_whole(service: Service) -> None:
    """RFC 9110 §14.5: it would be packaged as if it were all of it."""
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})
    part = {"Content-Range": f"bytes 0-{len(SOUND) - 1}/{2 * len(SOUND)}"}
    problem = await put(service, ann, made, SOUND, 400, headers=part)
    assert problem["code"] == "part_refused"
    await put(service, ann, made, SOUND)


async def test_the_same_file_again_is_told_and_kept_apart(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    first = await service.post("/v1/uploads", ann, {})
    await put(service, ann, first, SOUND)
    second = await service.post("/v1/uploads", ann, {"sha256": sha256_of(SOUND)})
    assert second["duplicate_of"] == first["asset_id"]
    done = await put(service, ann, second, SOUND)
    assert done["duplicate_of"] == first["asset_id"]
    others = await service.post("/v1/uploads", bob, {"sha256": sha256_of(SOUND)})
    assert others["duplicate_of"] is None
    assert (await put(service, bob, others, SOUND))["duplicate_of"] is None
    assert len({job["subject"] for job in await queued(service)}) == 3


async def test_an_upload_tells_that_its_asset_was_deleted(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})
    await put(service, ann, made, SOUND)
    await service.ask("DELETE", f"/v1/assets/{made['asset_id']}", ann)
    upload = await service.get(f"/v1/uploads/{made['id']}", ann)
    assert (upload["state"], upload["error"]["code"]) == ("expired", "asset_deleted")
    assert "has been deleted" in upload["error"]["detail"]
    problem = await put(service, ann, made, SOUND, 410)
    assert "has been deleted" in problem["detail"]


async def test_no_upload_is_told_to_be_of_a_file_that_was_deleted(service: Service) -> None:
    ann = await service.user()
    made = [await service.post("/v1/uploads", ann, {}) for _ in range(3)]
    for upload in made:
        await put(service, ann, upload, SOUND)
    made.append(await service.post("/v1/uploads", ann, {"sha256": sha256_of(SOUND)}))

    async def duplicates(some: list[dict[str, Any]]) -> list[str | None]:
        paths = [f"/v1/uploads/{upload['id']}" for upload in some]
        return [(await service.get(path, ann))["duplicate_of"] for path in paths]

    first, second, third, _ = (upload["asset_id"] for upload in made)
    assert await duplicates(made) == [None, first, first, first]
    await service.ask("DELETE", f"/v1/assets/{first}", ann)
    assert await duplicates(made[1:]) == [None, second, second]
    await service.ask("DELETE", f"/v1/assets/{third}", ann)
    assert await duplicates(made[1:]) == [None, second, second]
    await service.ask("DELETE", f"/v1/assets/{second}", ann)
    assert await duplicates(made[1:]) == [None, None, None]


async def test_a_complete_upload_stays(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})
    await put(service, ann, made, SOUND)
    assert (await put(service, ann, made, b"other" * 99, 409))["code"] == "upload_complete"
    response = await service.ask("DELETE", f"/v1/uploads/{made['id']}", ann)
    assert response.status == 409
    assert is_stored(service, made, SOUND)


async def test_what_is_dropped_leaves_nothing(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"size_bytes": 9 * len(SOUND)})
    await put(service, ann, made, in_parts(SOUND), 422)
    assert list(service.media.rglob("source#0"))
    assert (await service.ask("DELETE", f"/v1/uploads/{made['id']}", ann)).status == 204
    assert not list((service.media / "sources").iterdir())
    await service.get(f"/v1/uploads/{made['id']}", ann, 404)


async def test_uploads_are_their_creators_alone(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    listener = await service.user(Role.LISTENER, number=2)
    reader = await service.user(scopes=frozenset({Scope.READ}), number=3)
    made = await service.post("/v1/uploads", ann, {})
    one = f"/v1/uploads/{made['id']}"
    for method, path in (("GET", one), ("DELETE", one), ("PUT", made["send"]["put"])):
        for by, status in ((None, 401), (bob, 404), (listener, 403), (reader, 403)):
            shown = {} if by is None else by.headers
            response = await service.client.request(method, path, headers=shown)
            assert response.status == status, (method, by)
    assert (await service.get("/v1/uploads", bob))["items"] == []


async def test_who_sends_again_takes_over(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client whose connection was lost without a word must not wait for its ghost."""
    monkeypatch.setattr(holding, "_PATIENCE_S", 30.0)
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})

    async def hangs() -> AsyncIterator[bytes]:
        yield SOUND[:300_000]
        await asyncio.sleep(100)

    ghost = asyncio.create_task(put(service, ann, made, hangs(), 423))
    while (await service.get(f"/v1/uploads/{made['id']}", ann))["state"] == "waiting":
        pass  # else the ghost may come second, and take over
    await put(service, ann, made, SOUND)
    assert is_stored(service, made, SOUND)
    ghost.cancel()
    await asyncio.gather(ghost, return_exceptions=True)


async def artist(service: Service, by: object, handle: str) -> str:
    made = await service.post("/v1/artists", by, {"name": "A", "handle": handle})  # type: ignore[arg-type]
    return str(made["id"])


async def test_a_track_is_made_with_it_and_gets_the_asset(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    track = {"artist_id": await artist(service, ann, "ann"), "title": "Song"}
    problem = await service.post("/v1/uploads", bob, {"track": track}, 422)
    assert [each["pointer"] for each in problem["errors"]] == ["#/track/artist_id"]
    made = await service.post("/v1/uploads", ann, {"track": track})
    assert await told(service, "track.created") == [made["track_id"]]
    await put(service, ann, made, SOUND)
    assert await told(service, "track.changed") == [made["track_id"]]
    again = await service.post("/v1/uploads", ann, {"track_id": made["track_id"]}, 409)
    assert again["code"] == "track_has_asset"
    await service.post("/v1/uploads", bob, {"track_id": made["track_id"]}, 404)
    both = {"track": track, "track_id": made["track_id"]}
    await service.post("/v1/uploads", ann, both, 422)


@over_sqlite_alone
@pytest.mark.parametrize(
    "draft",
    [
        {"size_bytes": 0}, {"size_bytes": -1}, {"size_bytes": 2**60}, {"size_bytes": "7"},
        {"sha256": "xyz"}, {"name": ""}, {"name": "a\0b"}, {"way": "carrier pigeon"},
        {"asset_id": "mine"}, {"user_id": "me"}, {"state": "complete"}, {"way": "s3"},
        {"url": "ftp://example.org/x"}, {"url": "https://e.org/x", "way": "put"},
    ],
)  # fmt: skip
async def test_what_cannot_be_said(service: Service, draft: object) -> None:
    await service.post("/v1/uploads", await service.user(), draft, 422)


@over_sqlite_alone
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://ann:secret@example.org/song.wav", "a name and a password"),
        ("https://ann@example.org", "a name and a password"),
        ("https://@example.org?x", "a name and a password"),
        ("ftp://ann:secret@example.org/", "begins with https://"),
        ("https://example.org/a song.wav", "without spaces"),
        ("https:///song.wav", "no host"),
    ],
)
async def test_what_is_fetched_from_nowhere(service: Service, url: str, said: str) -> None:
    ann = await service.user()
    refused = await service.post("/v1/uploads", ann, {"url": url}, 422)
    (error,) = refused["errors"]
    assert error["pointer"] == "#/url"
    assert said in error["detail"]
    assert "secret" not in json.dumps(refused)
    assert (await service.get("/v1/uploads", ann))["items"] == []


@over_sqlite_alone
@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/@ann/song.wav", "http://93.184.216.34:8080/a?b=c@d",
        "https://[2606:2800:220:1::1]/song.wav#x@y", "https://example.org",
    ],
)  # fmt: skip
async def test_what_may_be_fetched(service: Service, url: str) -> None:
    made = await service.post("/v1/uploads", await service.user(), {"url": url})
    assert made["way"] == "url"


@over_sqlite_alone
async def test_names_are_as_long_as_those_of_files(service: Service) -> None:
    ann = await service.user()
    for name in ("x" * 251 + ".wav", "\N{CJK UNIFIED IDEOGRAPH-611B}" * 251 + ".wav"):
        made = await service.post("/v1/uploads", ann, {"name": name})
        assert made["name"] == name
        assert (await put(service, ann, made, SOUND))["state"] == "complete"
    said = await service.post("/v1/uploads", ann, {"name": "x" * 252 + ".wav"}, 422)
    assert said["errors"] == [
        {"pointer": "#/name", "detail": "it should have at most 255 characters"}
    ]


@over_sqlite_alone
@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b\\c.wav", "x" * 200, ".", "ünï cödé.flac"]
)
async def test_names_stay_in_their_folder(service: Service, name: str) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"name": name})
    await put(service, ann, made, SOUND)
    (path,) = [each for each in service.media.rglob("*") if each.is_file()]
    assert path.parent == service.media / "sources" / made["asset_id"] / made["id"]
