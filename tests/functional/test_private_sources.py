"""What lies beside published tracks is nobody's: sources, indexes, records, whatever is spelt how.

A real server, with two stores, of which both hold what creators uploaded.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from obstore.store import LocalStore, MemoryStore

from tests.functional.asking import PAGE, Answer, ask, get
from tests.functional.supervising import Server, supervised
from tests.servers.soundbridge import TIMEOUT_S, soundbridge_here
from tests.sources.growing_asset import GrowingAsset
from tests.sources.published import publish

if TYPE_CHECKING:
    import socket

ASSET: Final = "media/first-light-asset"
REVISION: Final = f"{ASSET}/r1"
GROWING: Final = "growing/first-light-asset/r1"
UNFINISHED: Final = "growing/new-light-asset/r1"
SECRET: Final = b"a secret of the creator"
SOURCES: Final = (
    "sources/first-light-asset/upload/song.wav",
    "sources/first-light-asset/upload/00000.m4s",
    "sources/first-light-asset/r1/multivariant.m3u8",
    "sources/first-light.json",
    "song.wav",
    "song.m3u8",
    "00000.m4s",
    ".env",
    "media/song.wav",
    f"{ASSET}/original.wav",
    f"{REVISION}/original.wav",
    f"{REVISION}/128k/original.wav",
    f"{REVISION}/128k/00009.m4s",
    f"{REVISION}/64k/00000.m4s",
    f"{REVISION}/.hidden",
    f"{GROWING}/source.json",
    f"{GROWING}/withdrawn.json",
    f"{GROWING}/128k/00000.json",
    f"{GROWING}/song.wav",
    f"{UNFINISHED}/source.json",
    f"{UNFINISHED}/128k/00000.json",
    f"{UNFINISHED}/song.wav",
    "media/new-light-asset/r1/original.wav",
    "media/new-light-asset/r1/128k/init.mp4",
    "entry/notes.txt",
    "t/song.wav",
    "v1/song.json",
    "assets/song.wav",
)
DOCUMENTS: Final = (f"{REVISION}/index.json", "entry/first-light.json")
"""They are ours, and for the origin alone."""
FIELDS: Final = ((), ("Range: bytes=0-",), ("If-None-Match: *",), ("Accept-Encoding: gzip, br",))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("private")
    for name, playback_id in (("one", "first-light"), ("two", "second-light")):
        store = LocalStore(folder / name, mkdir=True)
        publish(store, playback_id)
        for key in SOURCES:
            store.put(key, SECRET)
        _begin(store)
        (folder / name / ASSET / "link").symlink_to(folder / name / "song.wav")
    (folder / "song.wav").write_bytes(SECRET)
    made = soundbridge_here("token", "new-key", folder / "signing.pem")
    (folder / "key.json").write_text(made.stdout)
    keys = ("--playback-keys", str(folder / "key.json"))
    options = ("--store", str(folder / "two"), "--requests-per-client", "0", "--metrics-port", "0")
    with supervised(folder / "one", folder / "log", *keys, *options) as running:
        yield running


def _begin(store: LocalStore) -> None:
    """Let an asset grow."""
    GrowingAsset.of(publish(MemoryStore(), "new-light"), store).start(1)


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    key = ("--signing-key", server.log.parent / "signing.pem")
    return soundbridge_here("token", "sign", "first-light", *key, "--for", "1h").stdout.strip()


BEFORE: Final = (
    "/", "//", "///", "/./", "/;/", "/%2f", "/%5c", "/.//", "/media/", "/growing/", "/entry/",
    f"/{REVISION}/", f"/{ASSET}/", "http://x/", "http://x//", "http://127.0.0.1:1/", "file:///",
    f"/{REVISION}/128k/{'..%2f' * 5}", "/?file=", "/?/",
)  # fmt: skip
BEHIND: Final = (
    "/", "//", "/.", "%00", "%00.m3u8", ".", "%20", ";", "#", "?", "?play=1", ".m3u8", ".json",
    ".mpd", ".packed.m3u8", "::$DATA", "%0a", "~",
)  # fmt: skip
INSIDE: Final = (
    f"/{REVISION}/", "/media/", "/growing/", "/assets/", "/v1/", "/t/x/", "/first-light/",
)  # fmt: skip
UP: Final = (
    "../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "..;/", ".%2e/", "%252e%252e%252f",
)  # fmt: skip
BESIDE: Final = ("/sources/", "/entry/", f"/{ASSET}/r2/", f"/{REVISION}/128k%2f")


def _spellings(key: str) -> list[str]:
    """Return targets that some server, somewhere, would take for this key."""
    encoded = quote(key, safe="")
    every = "".join(f"%{ord(each):02x}" for each in key)
    name = key.rpartition("/")[2]
    return [
        *(f"{before}{key}" for before in BEFORE),
        *(f"/{key}{behind}" for behind in BEHIND),
        *(f"/{encoded}{behind}" for behind in ("", *BEHIND)),
        *(f"/{every}{behind}" for behind in ("", ".m3u8", ".json")),
        *(f"/{quote(encoded, safe='')}{behind}" for behind in ("", ".m3u8")),
        *(f"/{key.upper()}", f"/{key.title()}"),
        *(f"/{key}".replace("/", slash) for slash in ("//", "\\", "/./", "%5c")),
        *(f"{inside}{way * 4}{key}" for inside in INSIDE for way in UP),
        *(f"{beside}{name}" for beside in BESIDE),
        f"/{ASSET}/link",
    ]


class _Client:
    """Asks on a connection where what plays is given again from memory; opened anew if closed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection: socket.socket | None = None

    def ask(self, target: str, *fields: str) -> Answer:
        """Return the answer to a request that follows one for what is in memory."""
        if self._connection is None:
            self._connection = self._server.connect()
        assert ask(self._connection, PAGE).status == 200
        answer = ask(self._connection, get(target, *fields))
        if answer.status == 400 or answer.headers.get("connection") == "close":
            self.close()
        return answer

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _is_the_page(target: str) -> bool:
    return target.startswith("/?")


@pytest.mark.parametrize("key", [*SOURCES, *DOCUMENTS])
def test_no_spelling_reaches_it(server: Server, key: str) -> None:
    with closing(_Client(server)) as client:
        for number, target in enumerate(_spellings(key)):
            if _is_the_page(target):
                assert SECRET not in client.ask(target).body
                continue
            for fields in ((), FIELDS[number % len(FIELDS)]):
                answer = client.ask(target, *fields)
                assert answer.status in {400, 404}, (target, answer)
                assert answer.problem["code"] in {"bad_request", "not_found"}
                assert SECRET not in answer.body


@pytest.mark.parametrize("key", [*SOURCES, *DOCUMENTS])
def test_no_token_opens_it(server: Server, token: str, key: str) -> None:
    """Nor is a token's place a way around."""
    with closing(_Client(server)) as client:
        assert client.ask(f"/t/{token}/first-light.m3u8").status == 200
        for target in _spellings(key):
            if target.startswith("/") and not _is_the_page(target):
                answer = client.ask(f"/t/{token}{target}")
                assert answer.status in {400, 403, 404}, (target, answer)
                assert SECRET not in answer.body
        for prefix in ("/t/", "/t/-", f"/T/{token}", f"//t/{token}", f"/t/{token}/t/{token}"):
            answer = client.ask(f"{prefix}/{key}")
            assert answer.status in {400, 401, 404}, (prefix, answer)
            assert SECRET not in answer.body


def test_what_plays_does_play_here(server: Server) -> None:
    """All the above would pass where nothing is served at all."""
    for playback_id in ("first-light", "second-light", "new-light"):
        playlist = server.get(f"/{playback_id}.m3u8").decode()
        uris = [line for line in playlist.splitlines() if line.endswith("playlist.m3u8")]
        assert len(uris) == 2
        for uri in uris:
            assert server.get(f"/{uri}").startswith(b"#EXTM3U")
    (event,) = server.events("metrics served")
    with urlopen(event["url"], timeout=TIMEOUT_S) as metrics:  # noqa: S310 -- http on loopback
        hot = re.search(rb'hot_answers_total{class="page"} ([0-9]+)', metrics.read())
    assert hot is not None
    assert int(hot[1]) > 0, "the tests before ask where answers are given from memory"
