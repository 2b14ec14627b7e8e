"""Playback tokens as people use them: keys and tokens from the command line, and a player."""

import hashlib
import json
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from obstore.store import LocalStore

from packager.package import Packaged, package
from tests.functional.asking import answer, ask, get
from tests.functional.supervising import until
from tests.servers.soundbridge import SOUNDBRIDGE, TIMEOUT_S, running, soundbridge, url_said
from tests.sources.audio import FFMPEG, excerpt

SAMPLES = 600_007
STEREO_FRAME_BYTES = 4


@dataclass
class Guarded:
    """A running server that requires tokens; ``log`` is what it said of requests."""

    url: str
    log: Path
    signing_key: Path

    def token(self, playback_id: str) -> str:
        options = ("--signing-key", self.signing_key, "--for", "10m")
        done = soundbridge("token", "sign", playback_id, *options)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def lines(self) -> list[str]:
        """Return what the log says so far."""
        return self.log.read_text().splitlines()

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as response:  # noqa: S310 -- http on loopback
                status: int = response.status
        except urllib.error.HTTPError as error:
            with error:
                status = error.code
        return status


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tokens")


@pytest.fixture(scope="module")
def packaged(folder: Path) -> Packaged:
    source = excerpt(folder / "music.wav", samples=SAMPLES)
    store = LocalStore(folder / "store", mkdir=True)
    return package(
        source,
        store,
        asset_id="battle",
        playback_id="battle-music",
        created_at="2026-01-02T03:04:05Z",
    )


@pytest.fixture(scope="module", params=[1, 2])
def guarded(folder: Path, packaged: Packaged, request: pytest.FixtureRequest) -> Iterator[Guarded]:
    del packaged
    place = folder / f"{request.param}"
    keys, signing_key, log = place / "keys", place / "signing.pem", place / "log"
    keys.mkdir(parents=True)
    made = soundbridge("token", "new-key", signing_key)
    assert made.returncode == 0, made.stderr
    (keys / "new.json").write_text(made.stdout)
    options = ("--store", folder / "store", "--port", "0", "--workers", str(request.param))
    rules = ("--playback-keys", keys, "--require-tokens")
    with (
        log.open("w") as said,
        subprocess.Popen(
            [*SOUNDBRIDGE, "serve", *options, *rules],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        ) as process,
    ):
        try:
            yield Guarded(url_said(process), log, signing_key)
        finally:
            process.terminate()
            process.wait(TIMEOUT_S)


@pytest.mark.long_if("2")
def test_ffmpeg_hears_every_sample_under_a_token(guarded: Guarded, packaged: Packaged) -> None:
    token = guarded.token("battle-music")
    for rung in ("128k", "320k"):
        playlist = packaged.entry.where.key(f"{rung}/playlist.m3u8")
        heard = _heard(f"{guarded.url}/t/{token}/{playlist}")
        assert len(heard) == SAMPLES * STEREO_FRAME_BYTES
    entry = _heard(f"{guarded.url}/t/{token}/battle-music.m3u8", "-map", "0:a:0")
    assert len(entry) == SAMPLES * STEREO_FRAME_BYTES


def test_what_is_sent_under_a_token_is_what_was_published(
    guarded: Guarded, packaged: Packaged
) -> None:
    token = guarded.token("battle-music")
    for name, stored in packaged.index.objects().items():
        url = f"{guarded.url}/t/{token}/{packaged.entry.where.key(name)}"
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 -- http on loopback
            assert hashlib.sha256(response.read()).hexdigest() == stored.sha256, name


def test_without_a_good_token_nothing_plays(guarded: Guarded, packaged: Packaged) -> None:
    segment = f"/{packaged.entry.where.key('128k/00000.m4s')}"
    stranger = guarded.token("another")
    for path in ("/battle-music.m3u8", segment):
        assert guarded.status(path) == 401
        assert guarded.status(f"/t/x{path}") == 401
    assert guarded.status(f"/t/{stranger}/battle-music.m3u8") == 403
    assert guarded.status("/v1/assets") == 200


def test_no_token_is_in_the_log(guarded: Guarded) -> None:
    token, before = guarded.token("battle-music"), len(guarded.lines())
    for path in (
        f"/t/{token}/battle-music.m3u8",
        f"/%74/{token}/battle-music.m3u8",
        f"/t/{token[:-1]}/battle-music.m3u8",
        f"/x/{token}/battle-music.m3u8",
        f"/battle-music.m3u8?token={token}",
        "/t/secret-that-is-none/battle-music.m3u8",
    ):
        guarded.status(path)
    assert guarded.status("/healthz") == 200
    until(lambda: len(guarded.lines()) >= before + 7)  # each worker writes when it comes to it
    log = guarded.log.read_text()
    paths = [json.loads(line)["path"] for line in log.splitlines()]
    assert paths.count("/t/-/battle-music.m3u8") >= 3
    assert "eyJ" not in log
    assert token[-20:-1] not in log
    assert "secret" not in log


@pytest.mark.parametrize("field", ["User-Agent", "Range", "Referer", "X-Request-ID", "Traceparent"])
def test_a_token_that_stands_in_a_field_is_not_in_the_log(guarded: Guarded, field: str) -> None:
    """However it is answered: by a handler, from memory, or as something that cannot be read."""
    token, before = guarded.token("battle-music"), len(guarded.lines())
    host, port = guarded.url.removeprefix("http://").split(":")
    paths = ("/", f"/?{token}", f"/t/{token}/battle-music.m3u8")
    said = f"{field}: {token}"

    def is_from_memory() -> bool:
        assert ask(client, get("/", said)).status == 200
        return any('"duration_ms":0.0,' in line for line in guarded.lines()[before:])

    with socket.create_connection((host, int(port)), timeout=TIMEOUT_S) as client:
        for path in paths:
            assert ask(client, get(path, said)).status == 200
        if field != "Range":  # who wants a part of it is always answered by a handler
            until(is_from_memory)
        client.sendall(get(f"/{token}", said, "Content-Length: x"))
        assert answer(client).status == 400
    logged = until(lambda: '"status":400' in (lines := guarded.lines())[-1] and lines[before:])
    assert len(logged) > len(paths)
    assert not any("eyJ" in line or token[-20:-1] in line for line in logged)


def test_settings_that_make_no_sense_are_wrong_usage(folder: Path, packaged: Packaged) -> None:
    del packaged
    store = ("--store", folder / "store", "--port", "0")
    done = soundbridge("serve", *store, "--require-tokens")
    assert (done.returncode, "--require-tokens needs --playback-keys" in done.stderr) == (2, True)
    nowhere = folder / "nowhere"
    done = soundbridge("serve", "--state", nowhere, "--port", "0", "--require-tokens")
    assert (done.returncode, nowhere.exists()) == (2, False)
    done = soundbridge("serve", *store, "--cdn-checks-tokens")
    assert (done.returncode, "--cdn-checks-tokens needs --playback-keys" in done.stderr) == (
        2,
        True,
    )
    done = soundbridge("serve", *store, "--client-country-field", "a b")
    assert (done.returncode, "no name of a header field" in done.stderr) == (2, True)
    empty = folder / "empty"
    empty.mkdir()
    done = soundbridge("serve", *store, "--playback-keys", empty)
    assert (done.returncode, f"{empty} has no keys in it" in done.stderr) == (2, True)
    private = folder / "private.pem"
    assert soundbridge("token", "new-key", private, "--algorithm", "eddsa").returncode == 0
    assert private.stat().st_mode & 0o777 == 0o600
    done = soundbridge("serve", *store, "--playback-keys", private)
    assert (done.returncode, "it is a private key" in done.stderr) == (2, True)
    public = folder / "public.json"
    public.write_text(soundbridge("token", "new-key", folder / "its.pem").stdout)
    done = soundbridge("serve", *store, "--signing-key", public)
    assert (done.returncode, "signs nothing" in done.stderr) == (2, True)
    done = soundbridge("token", "new-key", private)
    assert (done.returncode, "File exists" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("options", "to_cdns"),
    [
        ((), "private, no-store"),
        (("--cdn-checks-tokens",), "max-age=31536000, immutable"),
    ],
)
def test_a_cdn_keeps_what_is_under_tokens_only_where_it_is_said_to_check_them(
    tmp_path: Path,
    packaged: Packaged,
    folder: Path,
    options: tuple[str, ...],
    to_cdns: str,
) -> None:
    key, public = tmp_path / "key.pem", tmp_path / "key.json"
    public.write_text(soundbridge("token", "new-key", key).stdout)
    signed = soundbridge("token", "sign", "battle-music", "--signing-key", key, "--for", "1h")
    store = folder / "store"
    with running(
        "serve", "--store", store, "--port", "0", "--playback-keys", public, *options
    ) as process:
        path = packaged.entry.where.key("128k/00000.m4s")
        url = f"{url_said(process)}/t/{signed.stdout.strip()}/{path}"
        for _ in range(3):  # the last of them from memory
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 our own server
                assert answer.headers["CDN-Cache-Control"] == to_cdns
                kept = answer.headers["Cache-Control"]
                assert kept == "private, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def key(folder: Path) -> Path:
    path = folder / "key.pem"
    assert soundbridge("token", "new-key", path).returncode == 0
    return path


@pytest.mark.parametrize("duration", ["", "0s", "1", "1w", "-1h", "367d", "1.5h", "9999999999s"])
def test_a_time_that_is_none(key: Path, duration: str) -> None:
    done = soundbridge("token", "sign", "x", "--signing-key", key, "--for", duration)
    assert done.returncode == 2
    assert "is no time such as" in done.stderr


def _heard(url: str, *options: str) -> bytes:
    """Return what ffmpeg decodes, in 16 bits; an error fails the test."""
    done = subprocess.run(
        [FFMPEG, "-nostdin", "-v", "error", "-i", url, *options, "-f", "s16le", "-"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
