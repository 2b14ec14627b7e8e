"""What players tell a real server of two workers comes to figures, whichever of them heard it."""

import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from obstore.store import LocalStore

from tests.functional.asking import ask, get
from tests.functional.scraping import metrics
from tests.functional.supervising import Server, supervised, until
from tests.servers.soundbridge import soundbridge_here
from tests.sources.published import PublishedAsset, publish

OPTIONS = ("--workers", "2", "--metrics-port", "0")
SESSIONS = 12
TAKEN = "soundbridge_cmcd_reports_total,outcome=taken"
GARBAGE = 8_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cmcd")


@pytest.fixture(scope="module")
def asset(folder: Path) -> PublishedAsset:
    return publish(LocalStore(folder / "store", mkdir=True))


@pytest.fixture(scope="module")
def server(folder: Path, asset: PublishedAsset) -> Iterator[Server]:
    del asset
    with supervised(folder / "store", folder / "log", *OPTIONS) as server:
        yield server


def tell(server: Server, path: str, told: str, *, in_fields: bool = False) -> None:
    """Ask by a connection of its own, which falls to any worker."""
    with closing(server.connect()) as client:
        say(client, path, told, in_fields=in_fields)


def say(client: socket.socket, path: str, told: str, *, in_fields: bool = False) -> None:
    if in_fields:
        of_object, of_session = told.partition("sid=")[::2]
        fields = (f"CMCD-Object: {of_object}d=5991", f"cmcd-session: sid={of_session}")
        answer = ask(client, get(path, *fields))
    else:
        answer = ask(client, get(f"{path}?CMCD={quote(told, safe='')}"))
    assert answer.status == 200


def listen(server: Server, asset: PublishedAsset, sid: str, *, in_fields: bool) -> None:
    """Ask for a playlist and three segments of which the last one is urgent, once more each."""
    rung = f"{asset.path}/128k"
    for path, told in (
        ("/first-light.m3u8", "ot=m,su,"),
        (f"{rung}/00000.m4s", "bl=0,su,mtp=900,"),
        (f"{rung}/00001.m4s", "bl=100,mtp=900,"),
        (f"{rung}/00002.m4s", "bl=5900,su,mtp=900,"),
    ):
        tell(server, path, f'{told}sid="{sid}"', in_fields=in_fields)


def grown(server: Server, before: dict[str, float], name: str) -> float:
    return metrics(server).get(name, 0) - before.get(name, 0)


@pytest.mark.parametrize("in_fields", [False, True])
def test_sessions_are_put_together_whichever_worker_hears_of_them(
    server: Server, asset: PublishedAsset, *, in_fields: bool
) -> None:
    before = metrics(server)
    for number in range(SESSIONS):
        listen(server, asset, f"s{number}-{in_fields}", in_fields=in_fields)
    until(lambda: grown(server, before, TAKEN) == 4 * SESSIONS)
    until(lambda: grown(server, before, "soundbridge_cmcd_starvations_total") == SESSIONS)
    assert grown(server, before, "soundbridge_cmcd_sessions_total") == SESSIONS
    assert grown(server, before, "soundbridge_cmcd_startup_seconds_count") == SESSIONS
    assert grown(server, before, "soundbridge_cmcd_throughput_bps_count") == 2 * SESSIONS
    media = "soundbridge_cmcd_rung_seconds_total,rung=128k"
    assert grown(server, before, media) == pytest.approx(SESSIONS * (6 + 6 + 6), rel=0.01)
    assert metrics(server)["soundbridge_cmcd_one_in"] == 1


@pytest.mark.parametrize(("query", "in_fields"), [("", False), ("", True), ("?a=1", True)])
def test_the_hot_path_takes_note_as_aiohttp_does(
    server: Server, asset: PublishedAsset, query: str, *, in_fields: bool
) -> None:
    before = metrics(server)
    path = f"{asset.path}/128k/00001.m4s{query}"
    with closing(server.connect()) as client:
        for number in range(60):
            say(client, path, f'bl=5900,sid="hot{query}{number}"', in_fields=in_fields)
    until(lambda: grown(server, before, TAKEN) == 60)
    hot = "soundbridge_hot_answers_total,class=segment"
    assert grown(server, before, hot) > 30


def test_garbage_is_counted_and_served_all_the_same(server: Server, asset: PublishedAsset) -> None:
    before = metrics(server)
    path = f"{asset.path}/128k/00001.m4s"
    with closing(server.connect()) as client:
        for told in (GARBAGE // 6 * '"', 600 * "sid=", 'sid="x",' + 400 * "br=,"):
            say(client, path, told)
        assert ask(client, get(f"{path}?CMCD")).status == 200
        assert ask(client, get(f"{path}?CMCD={4_500 * 'x'}")).status == 200
        assert ask(client, get(path, f"CMCD-Status: {GARBAGE * 'y'}")).status == 200
    reports = "soundbridge_cmcd_reports_total,outcome="
    until(lambda: grown(server, before, f"{reports}unreadable") >= 3)
    assert grown(server, before, "soundbridge_cmcd_startup_seconds_count") == 0


def test_what_is_no_media_tells_nothing(server: Server) -> None:
    before = metrics(server)
    tell(server, "/first-light.json", 'sid="x",ot=m')
    until(lambda: grown(server, before, "soundbridge_cmcd_reports_total,outcome=elsewhere") == 1)


@pytest.mark.long
def test_a_flood_of_sessions_is_thinned_and_what_is_held_is_bounded(
    server: Server, asset: PublishedAsset
) -> None:
    until(lambda: "soundbridge_cmcd_one_in" in metrics(server))  # its workers have told something
    before = metrics(server)
    path = f"{asset.path}/128k/00001.m4s"
    with closing(server.connect()) as client:
        for number in range(6_000):
            say(client, path, f'bl=5900,sid="flood{number}"')
    until(lambda: metrics(server)["soundbridge_cmcd_one_in"] > 1)
    reports = "soundbridge_cmcd_reports_total,outcome="
    until(
        lambda: (
            sum(
                grown(server, before, f"{reports}{outcome}")
                for outcome in ("taken", "unsampled", "dropped")
            )
            == 6_000
        )
    )
    assert metrics(server)["soundbridge_cmcd_sessions_going"] < 6_000


def test_what_is_told_under_a_token_is_noted_without_it(
    folder: Path, asset: PublishedAsset
) -> None:
    key = folder / "signing.pem"
    made = soundbridge_here("token", "new-key", key)
    (folder / "public.json").write_text(made.stdout)
    signed = ("--signing-key", key, "--for", "1h")
    token = soundbridge_here("token", "sign", "first-light", *signed).stdout.strip()
    options = (*OPTIONS, "--playback-keys", str(folder / "public.json"), "--require-tokens")
    with supervised(folder / "store", folder / "token log", *options) as server:
        under = f"/t/{token}{asset.path}/128k/0000"
        with closing(server.connect()) as client:
            for number in range(40):  # by aiohttp first, which verifies the token, then hot
                say(client, f"{under}{number % 2}.m4s", f'bl=5900,sid="t{number}"')
        until(lambda: metrics(server).get(TAKEN) == 40)
        until(lambda: metrics(server).get("soundbridge_cmcd_sessions_total") == 40)
        assert metrics(server)["soundbridge_hot_answers_total,class=segment"] > 10


@pytest.mark.long
def test_workers_that_take_over_have_the_sessions(folder: Path, asset: PublishedAsset) -> None:
    starvations = "soundbridge_cmcd_starvations_total"
    with supervised(folder / "store", folder / "reload log", *OPTIONS) as server:
        listen(server, asset, "before", in_fields=False)
        until(lambda: metrics(server).get(starvations) == 1)
        before = server.workers
        server.signal(signal.SIGHUP)
        until(lambda: len(server.workers) == 2 and not server.workers & before)
        for number in range(SESSIONS):
            listen(server, asset, f"after{number}", in_fields=False)
        until(lambda: metrics(server)[starvations] == 1 + SESSIONS)
        assert not server.events("what goes on beside has failed")


@pytest.mark.long
def test_nobody_looks_where_nobody_is_to(folder: Path, asset: PublishedAsset) -> None:
    options = ("--cmcd-sample", "0", "--metrics-port", "0")
    with supervised(folder / "store", folder / "other log", *options) as server:
        tell(server, f"{asset.path}/128k/00001.m4s", 'bl=5900,sid="x"')
        until(
            lambda: (
                "soundbridge_requests_total,class=segment,method=GET,status=200" in metrics(server)
            )
        )
        assert not [name for name in metrics(server) if "cmcd" in name]
