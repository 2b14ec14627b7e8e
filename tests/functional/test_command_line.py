"""The commands as people and scripts run them: as programs, by their output and exit status."""

import json
import re
import signal
import subprocess
import time
import urllib.request
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from origin.cli import main
from packager.tune import tune_wav
from tests.servers.soundbridge import SOUNDBRIDGE, running, serving, soundbridge, url_said


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 our own server
        body: bytes = response.read()
    return body


@pytest.fixture(scope="module")
def tune(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tune") / "tune.wav"
    path.write_bytes(tune_wav())
    return path


@pytest.fixture(scope="module")
def packaged(tune: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    store = tmp_path_factory.mktemp("store")
    done = soundbridge("package", tune, store, "--json", "--playback-id", "first-light")
    assert done.returncode == 0, done.stderr
    return store, {**json.loads(done.stdout), "said_before": json.loads(done.stderr)}


def test_package_says_in_one_json_line_what_it_made(
    packaged: tuple[Path, dict[str, Any]], tune: Path
) -> None:
    store, result = packaged
    with wave.open(str(tune)) as source:
        assert result["samples"] == source.getnframes()
        assert result["duration_s"] == pytest.approx(source.getnframes() / 44_100)
    assert result["playback_id"] == "first-light"
    assert [rendition["rung"] for rendition in result["renditions"]] == ["128k", "256k", "320k"]
    assert (store / result["multivariant"]).read_text().startswith("#EXTM3U")
    for rendition in result["renditions"]:
        assert (store / rendition["playlist"]).is_file()
    assert (store / "entry" / "first-light.json").is_file()


def test_package_says_in_a_json_line_of_stderr_that_it_plays_already(
    packaged: tuple[Path, dict[str, Any]],
) -> None:
    store, result = packaged
    said = result["said_before"]
    assert said.pop("event") == "playing"
    growing = said.pop("multivariant")
    assert said == {name: result[name] for name in ("asset_id", "playback_id", "revision")}
    assert (store / growing).is_file()


def test_package_for_a_person(tmp_path: Path, packaged: tuple[Path, dict[str, Any]]) -> None:
    short = tmp_path / "short.wav"
    with wave.open(str(short), "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        file.writeframes(bytes(2 * 44_100))
    done = soundbridge("package", short, tmp_path / "made" / "here")
    assert done.returncode == 0, done.stderr
    assert "Packaged 1.0 s into 128k, 256k in" in done.stdout
    assert "soundbridge serve --store" in done.stdout
    playing = re.fullmatch(
        r"Plays already: (\S+)\. If this is killed, go on with "
        r"--asset-id \S+ --playback-id (\S+)\.\n",
        done.stderr,
    )
    assert playing is not None
    assert f"Playback id: {playing[1]}\n" in done.stdout
    assert playing[1] == playing[2]
    del packaged


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["package", "missing.wav", "store"], 1, "There is no file missing.wav"),
        (["package", "missing.wav", "nowhere://store"], 2, "cannot be used as a store"),
        (["package", "missing.wav", "store", "--asset-id", "../up"], 2, "is not an id"),
        (["package", "missing.wav"], 2, "Missing argument 'DESTINATION'"),
        (["serve", "--store", "missing"], 2, "There is no folder"),
        (["serve", "--store", ".", "--port", "70000"], 2, "70000 is not in the range"),
        (["polish"], 2, "No such command 'polish'"),
        (["worker"], 2, "Missing option '--store'"),
        (["serve", "--store", ".", "--store", "missing"], 2, "There is no folder"),
        (["serve", "--store", ".", "--store", "./"], 2, "./ is given twice"),
        (["serve", "--store", "s3://a/b", "--store", "s3://a/b/"], 2, "is given twice"),
        (["worker", "--store", "a", "--store", "b"], 2, "2 stores are given, and this writes to"),
        (["package", "a.wav", "a", "b"], 2, "unexpected extra argument (b)"),
        (["gc", "a", "b"], 2, "unexpected extra argument (b)"),
        (["worker", "--store", "nowhere://x"], 2, "cannot be used as a store"),
        (["worker", "--store", "s", "--database", "mysql://x/y"], 1, "not a database we know"),
        (["enqueue", "a.wav", "--database", "nonsense"], 1, "not the URL of a database"),
        (["enqueue", "a.wav", "--playback-id", "../up"], 2, "is not an id"),
        (["enqueue", "a.wav", "--creator", ""], 1, "1 to 64 characters"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    status: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, arguments)  # no program for each: it is how they end, too
    assert done.exit_code == status, done.stderr
    assert isinstance(done.exception, SystemExit)
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments", [["play", "missing.wav"], ["package", "missing.wav", "store"]]
)
def test_a_program_says_it_in_a_sentence_too(arguments: list[str]) -> None:
    done = soundbridge(*arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: There is no file missing.wav")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("command", ["play", "package", "serve", "validate", "enqueue", "worker"])
def test_help_of_every_command(command: str) -> None:
    done = CliRunner().invoke(main, [command, "--help"], prog_name="soundbridge")
    assert done.exit_code == 0
    assert f"Usage: soundbridge {command}" in done.stdout
    assert "SOUNDBRIDGE_" in done.stdout


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Hand Ctrl-C on to children even where this process was started in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.long
@pytest.mark.usefixtures("_interruptible")
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_package_leaves_nothing(tmp_path: Path, tune: Path, stop: int) -> None:
    process = subprocess.Popen(
        [*SOUNDBRIDGE, "package", tune, tmp_path / "store"], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 30
    while not list(tmp_path.rglob("*.m4s")):
        assert time.monotonic() < deadline
        assert process.poll() is None
    process.send_signal(stop)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Aborted" in said
    assert "What it had stored was taken away again." in said
    assert "Traceback" not in said
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_serve_answers_for_every_asset(packaged: tuple[Path, dict[str, Any]]) -> None:
    store, result = packaged
    with serving(store) as url:
        playlist = fetch(f"{url}/first-light.m3u8").decode()
        for rendition in result["renditions"]:
            assert rendition["playlist"] in playlist
            assert fetch(f"{url}/{rendition['playlist']}").startswith(b"#EXTM3U")
        assert b"<MPD" in fetch(f"{url}/first-light.mpd")


def test_serve_says_that_its_port_is_taken(packaged: tuple[Path, dict[str, Any]]) -> None:
    store, _ = packaged
    with serving(store) as url:
        port = url.rpartition(":")[2]
        done = soundbridge("serve", "--store", store, "--port", port)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr


def test_play_synthesises_serves_and_says_where(tmp_path: Path) -> None:
    with running("play", "--port", "0", "--keep", tmp_path / "kept") as player:
        url = url_said(player)
        assert b"<html" in fetch(url)
        base, _, playback_id = url.partition("/?play=")
        assert b"#EXT-X-STREAM-INF" in fetch(f"{base}/{playback_id}.m3u8")
    assert list((tmp_path / "kept").rglob("multivariant.m3u8"))


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_several_stores_of_the_environment_are_for_who_serves(tmp_path: Path, command: str) -> None:
    stores = {"SOUNDBRIDGE_STORE": f"{tmp_path},{tmp_path}/b"}
    done = soundbridge(command, environment=stores)
    assert done.returncode == 2
    said = "2 stores are given" if command == "worker" else f"There is no folder {tmp_path}/b"
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == [], "no folder is made of the list"


def test_options_reach_a_command_from_the_environment(tmp_path: Path, music: Path) -> None:
    store = tmp_path / "store"
    options = {"SOUNDBRIDGE_JSON": "1", "SOUNDBRIDGE_PLAYBACK_ID": "from-environment"}
    done = soundbridge("package", music, store, environment=options)
    assert json.loads(done.stdout)["playback_id"] == "from-environment"
