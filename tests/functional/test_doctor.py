"""``soundbridge doctor``, given things that are really broken."""

import asyncio
import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.cli import main
from origin.database.engine import open_database
from origin.database.sqlite import FILE_NAME
from packager.queue.claim import claim
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob, State
from packager.queue.tables import jobs
from tests.servers.postgres import empty
from tests.servers.seaweedfs import Bucket
from tests.servers.valkey import Valkey, valkey
from tests.sources.published import PublishedAsset

_HOUR_S = 3_600.0
_JOB = NewJob("package", {}, "ann")

Found = list[dict[str, str]]


def doctor(
    *arguments: str | Path, environment: Mapping[str, str] | None = None
) -> tuple[int, Found]:
    """Return the exit status, and what was found."""
    words = ["doctor", "--json", "--least-free", "1", *map(str, arguments)]
    done = CliRunner().invoke(main, words, env=environment)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)


def of(found: Found, check: str) -> list[tuple[str, str]]:
    return [(each["level"], each["said"]) for each in found if each["check"] == check]


def in_state(state: Path, work: Callable[[AsyncConnection], Any], url: str | None = None) -> None:
    async def run() -> None:
        async with open_database(state, url) as engine, engine.begin() as connection:
            await work(connection)

    asyncio.run(run())


async def _begun(connection: AsyncConnection, ended_s: float) -> None:
    now_s = time.time()
    await enqueue(connection, _JOB, job_id="begun", now_s=now_s)
    taken = await claim(connection, ["package"], worker="studio-7", now_s=now_s, lease_s=30.0)
    assert taken is not None
    until_s = now_s - ended_s
    await connection.execute(update(jobs).values(lease_until_s=until_s))


def test_a_server_that_is_well(migrated: Path) -> None:
    (migrated / "media").mkdir()
    status, found = doctor("--state", migrated)
    assert status == 0
    assert {each["level"] for each in found} == {"ok"}, found
    assert {each["check"] for each in found} == {"store", "database", "codecs", "disk"}
    assert not any(each["to_do"] for each in found)
    assert list((migrated / "media").iterdir()) == []  # what was put to try it


def test_what_is_not_there_yet_is_made_later(tmp_path: Path) -> None:
    status, found = doctor("--state", tmp_path / "state")
    assert status == 0
    assert [level for level, _ in of(found, "store") + of(found, "database")] == ["warn"] * 2
    assert not (tmp_path / "state").exists()


def test_a_database_that_is_damaged(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"what a broken disk has left of it" * 300)
    status, found = doctor("--state", tmp_path)
    (finding,) = (each for each in found if each["check"] == "database")
    assert (status, finding["level"]) == (1, "fail")
    assert "file is not a database" in finding["said"]
    assert str(tmp_path / FILE_NAME) in finding["to_do"]
    assert "password" not in finding["to_do"]  # of a file there is none


def test_lines_for_people_say_what_to_do(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["doctor", "--store", str(tmp_path / "gone")])
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("fail  store     There is no folder")
    assert lines[1].strip().startswith("-> Give --store")
    assert any(line.startswith("ok    codecs") and "FFmpeg" in line for line in lines)


def test_a_store_that_cannot_be_written(migrated: Path) -> None:
    store = migrated / "media"
    store.mkdir()
    (store / "doctor").write_bytes(b"a file where a folder would have to be")
    status, found = doctor("--store", store)
    assert (status, of(found, "store")[0][0]) == (0, "warn")  # who only serves need not write
    status, found = doctor("--store", store, "--state", migrated)
    assert (status, of(found, "store")[0][0]) == (1, "fail")
    assert "not written" in of(found, "store")[0][1]


def test_a_store_whose_server_is_gone_ends_within_the_time(s3: Bucket) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, answers nothing
        away = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        begun_s = time.monotonic()
        status, found = doctor(
            *("--store", "s3://audio", "--time-limit", "2"), environment={**s3.environment, **away}
        )
    assert time.monotonic() - begun_s < 30
    assert status == 1
    assert [level for level, _ in of(found, "store") + of(found, "bucket")] == ["fail"] * 2
    assert of(found, "store")[0][1] == "No answer within 2 s."


def test_a_bucket_without_rules(s3: Bucket) -> None:
    status, found = doctor("--store", "s3://audio", environment=s3.environment)
    assert status == 0
    assert [level for level, _ in of(found, "store")] == ["ok", "ok"], found
    assert "read in parts" in of(found, "store")[0][1]
    bucket = of(found, "bucket")
    assert {level for level, _ in bucket} == {"warn"}
    assert any("CORS" in said for _, said in bucket)
    assert any("lifecycle" in said for _, said in bucket)


def test_a_bucket_that_no_page_can_upload_into(s3: Bucket, migrated: Path) -> None:
    where = ("--store", "s3://audio", "--state", str(migrated))
    site = "https://app.example"
    for options, said, to_do in (
        ((), "pages of any site", "--upload-origin https://YOUR.SITE"),
        (("--api-origins", site), f"pages of {site} PUT", f"--upload-origin {site}"),
    ):
        status, found = doctor(*where, *options, environment=s3.environment)
        assert status == 0, found
        (one,) = [each for each in found if "PUT" in each["said"]]
        assert (one["level"], said in one["said"]) == ("warn", True)
        assert to_do in one["to_do"]


def test_a_cache_that_parts_with_nothing(tmp_path: Path, asset: PublishedAsset) -> None:
    del asset
    full = {"maxmemory": "100mb", "maxmemory_policy": "noeviction"}
    with valkey(tmp_path, **full) as server:
        status, found = doctor("--store", tmp_path / "store", "--cache", server.url)
    assert (status, of(found, "cache")[0][0]) == (0, "warn")
    (cache,) = (each for each in found if each["check"] == "cache")
    assert "allkeys-lfu" in cache["to_do"]


def test_a_cache_as_it_should_be_and_then_gone(tmp_path: Path, asset: PublishedAsset) -> None:
    del asset
    well = {"maxmemory": "100mb", "maxmemory_policy": "allkeys-lfu"}
    with valkey(tmp_path, **well) as server:
        status, found = doctor("--store", tmp_path / "store", "--cache", server.url)
        assert (status, of(found, "cache")[0][0]) == (0, "ok"), found
    status, found = doctor("--store", tmp_path / "store", "--cache", server.url)
    assert (status, of(found, "cache")[0][0]) == (1, "fail")


@pytest.mark.long
def test_a_cache_that_hangs(cache: Valkey, asset: PublishedAsset, tmp_path: Path) -> None:
    del asset
    cache.pause()
    try:
        status, found = doctor(
            *("--store", tmp_path / "store", "--cache", cache.url, "--time-limit", "5")
        )
    finally:
        cache.resume()
    assert (status, of(found, "cache")[0]) == (1, ("fail", "No answer within 5 s."))


@pytest.mark.parametrize(("waits_s", "level"), [(60, "ok"), (600, "warn"), (_HOUR_S, "fail")])
def test_a_job_that_nobody_does(migrated: Path, waits_s: float, level: str) -> None:
    then_s = time.time() - waits_s
    in_state(migrated, lambda connection: enqueue(connection, _JOB, job_id="late", now_s=then_s))
    status, found = doctor("--state", migrated)
    (said,) = (each for each in found if each["said"].startswith("1 jobs are queued"))
    assert said["level"] == level
    assert status == (1 if level == "fail" else 0)
    assert ("soundbridge worker" in said["to_do"]) is (level != "ok")


def test_a_job_that_was_given_up(migrated: Path) -> None:
    async def give_up(connection: AsyncConnection) -> None:
        await enqueue(connection, _JOB, job_id="given-up", now_s=time.time())
        await connection.execute(update(jobs).values(state=State.PARKED))

    in_state(migrated, give_up)
    status, found = doctor("--state", migrated)
    (parked,) = [each for each in found if "given up" in each["said"]]
    assert (status, parked["level"]) == (0, "ok")
    assert "`soundbridge admin retry`" in parked["to_do"]


def test_a_worker_that_is_silent(migrated: Path) -> None:
    in_state(migrated, lambda connection: _begun(connection, 300))
    status, found = doctor("--state", migrated)
    assert status == 1
    (said,) = (text for level, text in of(found, "database") if level == "fail")
    assert "studio-7 (job begun, 5 min)" in said


def test_a_worker_that_is_heard_of(migrated: Path) -> None:
    in_state(migrated, lambda connection: _begun(connection, -20))
    assert doctor("--state", migrated)[0] == 0


def test_workers_that_are_all_busy(migrated: Path) -> None:
    async def begin(connection: AsyncConnection) -> None:
        now_s = time.time()
        for each in ("left", "long"):
            await enqueue(connection, replace(_JOB, creator_id=each), job_id=each, now_s=now_s)
            await claim(connection, ["package"], worker=each, now_s=now_s, lease_s=30.0)
        over = update(jobs).where(jobs.c.id == "left").values(lease_until_s=now_s - 2)
        await connection.execute(over)
        await enqueue(connection, _JOB, job_id="late", now_s=now_s - _HOUR_S)

    in_state(migrated, begin)
    status, found = doctor("--state", migrated)
    said = [text for level, text in of(found, "database") if level == "warn"]
    assert status == 0, found
    assert "1 workers are heard of, and busy" in said[0]
    assert "left (job left, " in said[1]


def test_a_worker_that_is_busy_with_something_else_excuses_nothing(migrated: Path) -> None:
    async def begin(connection: AsyncConnection) -> None:
        now_s = time.time()
        for each in ("left", "late"):
            await enqueue(connection, _JOB, job_id=each, now_s=now_s - _HOUR_S)
        long_ago_s = now_s - _HOUR_S
        await claim(connection, ["package"], worker="gone", now_s=long_ago_s, lease_s=30.0)
        await enqueue(connection, replace(_JOB, kind="webhook"), job_id="told", now_s=now_s)
        await claim(connection, ["webhook"], worker="lively", now_s=now_s, lease_s=30.0)

    in_state(migrated, begin)
    status, found = doctor("--state", migrated)
    said = [text for level, text in of(found, "database") if level == "fail"]
    assert status == 1
    assert said[0].startswith("1 jobs are queued (package), and one waits since 60 min.")
    assert "nobody takes over: gone (job " in said[1]


def test_a_disk_with_too_little_room(migrated: Path) -> None:
    status, found = doctor("--state", migrated, "--least-free", "1000000000")
    assert status == 1
    assert {level for level, _ in of(found, "disk")} == {"fail"}


@pytest.mark.parametrize(
    ("version", "status", "said"),
    [("9999", 1, "newer soundbridge"), ("0001", 0, "older schema")],
)
def test_another_versions_schema_is_left_as_it_is(
    migrated: Path, version: str, status: int, said: str
) -> None:
    other = text("UPDATE alembic_version SET version_num = :version")
    in_state(migrated, lambda connection: connection.execute(other, {"version": version}))
    for _ in range(2):
        done, found = doctor("--state", migrated)
        assert done == status
        assert said in of(found, "database")[0][1]


def test_a_server_of_databases(postgres_url: str, tmp_path: Path) -> None:
    async def emptied() -> None:
        async with open_database(tmp_path, postgres_url) as engine:
            await empty(engine)

    asyncio.run(emptied())
    (tmp_path / "media").mkdir()
    status, found = doctor("--state", tmp_path, "--database", postgres_url)
    assert status == 0
    said = dict(of(found, "database")).keys()
    assert said == {"ok"}, found
    sentences = " ".join(text for _, text in of(found, "database"))
    assert "clock of the database agrees" in sentences
    assert "connections are taken" in sentences


def test_a_database_that_is_away_and_its_password(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"postgresql://ann:secret@127.0.0.1:{port}/radio"
    status, found = doctor("--state", tmp_path, "--database", url)
    assert status == 1
    assert of(found, "database")[0][0] == "fail"
    assert "secret" not in json.dumps(found)
