"""The whole program purges what a killed worker had promised, and what an operator says."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from obstore.store import LocalStore
from sqlalchemy import select, update

from cdn.purge.address import Address
from cdn.purge.changes import of_answers
from cdn.purge.target import TAG_OF_NOTHING
from origin.companion.purging.promising import KIND, promise
from origin.companion.purging.registering import register
from origin.companion.purging.tables import purgers
from origin.database.engine import open_database
from packager.queue.tables import jobs
from tests.functional.scraping import metrics
from tests.functional.supervising import embedded
from tests.functional.supervising import until as until_told
from tests.servers.purged.cloudflare import CloudflareApi
from tests.servers.purged.fastly import FastlyApi
from tests.servers.purged.recorder import EdgeRecorder
from tests.servers.purged.varnish import SECRET
from tests.servers.purged.vendor import TOKEN, Request
from tests.servers.soundbridge import running, soundbridge_here
from tests.sources.published import publish

WAIT_S = 60
PENDING = "soundbridge_purge_pending,purger=fastly://SU1Z0isxPaozGVKXdv0eY"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTLY_API_TOKEN", TOKEN)
    monkeypatch.setenv("SOUNDBRIDGE_PURGE_SECRET", SECRET)


@pytest.fixture
async def fastly() -> AsyncIterator[FastlyApi]:
    async with FastlyApi().running() as api:
        yield api
        assert api.wrong == []


@pytest.fixture
async def edge() -> AsyncIterator[EdgeRecorder]:
    async with EdgeRecorder().running() as recorder:
        yield recorder
        assert recorder.wrong == []


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not holds():  # noqa: ASYNC110 what is asked tells nobody
            await asyncio.sleep(0.02)


async def test_what_a_killed_worker_had_promised_is_sent_by_the_next(
    tmp_path: Path, music: Path, fastly: FastlyApi, edge: EdgeRecorder
) -> None:
    state, store = tmp_path / "state", tmp_path / "media"
    queued = await asyncio.to_thread(
        soundbridge_here, "enqueue", music, "--state", state, "--playback-id", "song"
    )
    assert queued.returncode == 0, queued.stderr
    fastly.gate.clear()
    both = ("--purge", fastly.purger, "--purge", edge.purger)
    options = ("--state", state, "--store", store, "--lease", "1", *both)
    with running("worker", *options) as first:
        await until(lambda: fastly.waiting)  # it has promised, and is about to have it dropped
        await until(lambda: edge.heads["/song.m3u8", "br"])  # who answers waits for nobody
        assert fastly.requests == []
        first.send_signal(signal.SIGKILL)
    fastly.gate.set()
    await until(lambda: not fastly.waiting)
    fastly.take()
    with running("worker", *options):
        await until(lambda: fastly.requests)
    assert fastly.take()[0] == Request("tag", ("playback-song",), soft=True)


async def test_a_worker_that_is_to_go_waits_for_no_rate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another goes on: Cloudflare's free plan would have it wait 12 s before each request."""
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", TOKEN)
    state, store = tmp_path / "state", tmp_path / "media"
    async with CloudflareApi().running() as cloudflare:
        address = Address.parse(cloudflare.purger)
        await promise_tags(state, address, 2_000, full_in_s=270)
        options = ("--state", state, "--store", store, "--drain", "600", "--purge")
        with running("worker", *options, cloudflare.purger) as worker:
            await until(lambda: cloudflare.requests)
            worker.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(worker.wait, WAIT_S) == 0
        assert len(cloudflare.requests) < 10
    async with open_database(state, None) as database, database.begin() as connection:
        (job,) = await connection.execute(select(jobs).where(jobs.c.kind == KIND))
        assert (job.state, job.attempts, job.failure_code) == ("queued", 0, None)


async def promise_tags(state: Path, address: Address, count: int, *, full_in_s: float) -> None:
    """Promise to a CDN that some are dropped, as far as its rate goes which others have used."""
    tags = [f"track-{number}" for number in range(count)]
    async with open_database(state, None) as database, database.begin() as connection:
        now_s = time.time()
        await register(connection, [address], now_s=now_s)
        await connection.execute(update(purgers).values(full_s=now_s + full_in_s))
        await promise(connection, lambda known: of_answers(tags, known, soft=False), now_s=now_s)


@pytest.mark.long
async def test_a_server_purges_and_says_so(
    tmp_path: Path, fastly: FastlyApi, edge: EdgeRecorder
) -> None:
    state = tmp_path / "state"
    publish(LocalStore(state / "media", mkdir=True), "song")
    options = ("--purge", fastly.purger, "--purge", edge.purger, "--metrics-port", "0")
    with embedded(state, tmp_path / "log", *options) as server:
        await asyncio.to_thread(until_told, lambda: PENDING in metrics(server))
        said = metrics(server)
        assert said[PENDING] == said[f"soundbridge_purge_pending,purger={edge.purger}"] == 0
        assert TOKEN not in (tmp_path / "log").read_text()
        assert SECRET not in (tmp_path / "log").read_text()


async def test_an_operator_purges_and_is_told_what_came_of_it(
    tmp_path: Path, fastly: FastlyApi, edge: EdgeRecorder
) -> None:
    asset = publish(LocalStore(tmp_path), "song").entry.asset_id
    both = ("purge", "--purge", fastly.purger, "--purge", edge.purger)
    done = await asyncio.to_thread(soundbridge_here, *both, "--asset", asset, "--store", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "fastly://SU1Z0isxPaozGVKXdv0eY: 1 target in 1 request." in done.stdout
    assert fastly.take() == [Request("tag", (f"asset-{asset}",))]
    paths = edge.paths()
    assert f"{edge.purger}: {len(paths)} targets in 1 request." in done.stdout
    assert {"/song.m3u8", "/song.json", f"/media/{asset}/r1/128k/00000.m4s"} < set(paths)
    assert not any(path.endswith("index.json") for path in paths)
    edge.is_down = True
    done = await asyncio.to_thread(
        soundbridge_here,
        *both,
        "--soft",
        "--public-url",
        "https://radio.example",
        "/t/a.b.c/song.mpd?CMCD=x",
    )
    assert done.returncode == 1
    assert "503" in done.stderr
    assert fastly.take() == [Request("path", ("radio.example/song.mpd",), soft=True)]
    done = await asyncio.to_thread(soundbridge_here, *both, "--tag", "asset-x")
    assert done.returncode == 1
    assert "nothing by tag" in done.stderr
    assert fastly.values() == ["asset-x"]
    done = await asyncio.to_thread(soundbridge_here, *both, "--asset", asset)
    assert (done.returncode, "--store" in done.stderr) == (1, True)
    assert fastly.values() == [f"asset-{asset}"]


async def test_a_doctor_sees_whether_it_would_be_purged(
    tmp_path: Path, fastly: FastlyApi, edge: EdgeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look() -> list[tuple[str, str]]:
        options = ("--store", tmp_path, "--least-free", "1", "--json")
        cdns = ("--purge", fastly.purger, "--purge", edge.purger)
        done = soundbridge_here("doctor", *options, *cdns)
        found = json.loads(done.stdout)
        return [(each["level"], each["said"]) for each in found if each["check"] == "purge"]

    assert [level for level, _ in await asyncio.to_thread(look)] == ["ok", "ok"]
    monkeypatch.setenv("FASTLY_API_TOKEN", "wrong")
    monkeypatch.setenv("SOUNDBRIDGE_PURGE_SECRET", "wrong")
    found = await asyncio.to_thread(look)
    assert [level for level, _ in found] == ["fail", "fail"]
    assert "401" in found[0][1]
    assert "403" in found[1][1]
    monkeypatch.delenv("FASTLY_API_TOKEN")
    assert "FASTLY_API_TOKEN" in (await asyncio.to_thread(look))[0][1]
    assert set(fastly.values()) == {TAG_OF_NOTHING}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serve", "--store", ".", "--purge", "varnish://h:1"), "--cdn-is-purged"),
        (("serve", "--purge", "akamai://h"), "akamai:// is none to purge"),
        (("serve", "--purge", "h:x"), "h:// is none to purge"),
        (("serve", "--purge", "10.0.0.7"), "What has no :// is none to purge"),
        (("serve", "--purge", "varnish://h:1", "--purge", "varnish://h:1"), "named twice"),
        (("worker", "--store", "x", "--purge", "cloudflare://z"), "CLOUDFLARE_API_TOKEN"),
        (("purge", "--purge", "varnish://h:1"), "Drop what?"),
        (("purge", "/x"), "Which CDN?"),
        (("purge", "--purge", "varnish://h:1", "/*"), "is no path"),
        (("purge", "--purge", "varnish://h:1", "--tag", "a b"), "is no tag"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(words: tuple[str, ...], said: str) -> None:
    done = soundbridge_here(*words)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


@pytest.mark.parametrize("secret", ["a\nb", "a b", "é"])
def test_a_secret_that_no_header_can_hold_is_wrong_usage(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOUNDBRIDGE_PURGE_SECRET", secret)
    done = soundbridge_here("purge", "--purge", "varnish://h:1", "/x")
    assert (done.returncode, "SOUNDBRIDGE_PURGE_SECRET" in done.stderr) == (2, True)
