"""No URL is a path, and no answer depends on what is claimed about the way it was asked for."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from obstore.store import LocalStore

from origin.app import create_app
from origin.defence.client import ClientLimits
from origin.defence.guard import Guard
from tests.functional.asking import Answer, ask
from tests.servers.guarded import GuardedOrigin, guarded
from tests.sources.published import PublishedAsset, publish

SECRET = b"#EXTM3U\n# a secret\n"
MEDIA = "/media/first-light-asset/r1"
ESCAPES = (
    "..", "%2e%2e", ".%2e", "%2E%2E", "%252e%252e", "..%00", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae",
    "%uff0e%uff0e", "..;", "....", "...", ".", "%2e",
)  # fmt: skip
SLASHES = ("/", "//", "%2f", "%2F", "%252f", "\\", "%5c", "%255c", "%c0%af", "/./", "/;/")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("folder")


@pytest.fixture(scope="module")
def asset(folder: Path) -> PublishedAsset:
    """One, with secrets above the store and in it."""
    store = folder / "store"
    store.mkdir()
    published = publish(LocalStore(store))
    for place in (folder, store, store / "entry", store / "media", store / MEDIA[1:], store / "t"):
        place.mkdir(exist_ok=True)
        for name in ("secret", "secret.m3u8", "00009.m4s", "hidden.json", ".env"):
            (place / name).write_bytes(SECRET)
    return published


@pytest.fixture(scope="module")
def origin(folder: Path, asset: PublishedAsset) -> Iterator[GuardedOrigin]:
    del asset
    app = create_app(LocalStore(folder / "store"))
    with guarded(app, Guard(ClientLimits(connections=0, requests_per_s=0))) as origin:
        yield origin


def _asked(origin: GuardedOrigin, target: str, *fields: str) -> Answer:
    head = [f"GET {target} HTTP/1.1", *(fields or ("Host: x",)), "", ""]
    with closing(origin.connect()) as client:
        return ask(client, "\r\n".join(head).encode("latin-1"))


@pytest.mark.parametrize("slash", SLASHES)
@pytest.mark.parametrize("escape", ESCAPES)
def test_no_way_leads_out_of_what_is_published(
    origin: GuardedOrigin, escape: str, slash: str
) -> None:
    up = escape + slash
    for target in (
        f"/{up}secret",
        f"/{up * 4}secret.m3u8",
        f"{slash}{up}secret.m3u8",
        f"{MEDIA}/{up * 4}secret.m3u8",
        f"{MEDIA}/128k/{up}{up}00009.m4s",
        f"{MEDIA}/128k{slash}{up}hidden.json",
        f"/media/{up}{up}secret",
        f"/assets/{up}page.py",
        f"/assets/{up}{up}page.py",
        f"/{up * 8}etc/passwd",
    ):
        answer = _asked(origin, target)
        assert answer.status in {400, 404}, target
        assert not any(found in answer.body for found in (SECRET, b"import ", b"root:")), target
        assert b"/work" not in answer.body
        assert answer.problem["code"] in {"bad_request", "not_found"}


@pytest.mark.parametrize(
    "target",
    [
        "/secret", "/secret.m3u8", "/secret.json", "/.env", "/store/secret.m3u8", "/entry/secret",
        "/entry/hidden.json", "/entry/first-light.json", "/media/secret.m3u8", "/00009.m4s",
        f"{MEDIA}/secret.m3u8", f"{MEDIA}/00009.m4s", f"{MEDIA}/secret", f"{MEDIA}/index.json",
        f"{MEDIA}/.env", f"{MEDIA}/128k", f"{MEDIA}/128k/", f"{MEDIA}/", "/media/", "/t/secret",
        "/assets/", "/assets/secret", "//x/secret.m3u8", "file:///etc/passwd", "/secret.m3u8/",
        "http://x/secret.m3u8", "/secret%2em3u8", "/secret.m3u8%23", "/secret.m3u8%3f",
        "/SECRET.M3U8", "/con.m3u8", "/nul", "/secret.m3u8::$DATA", "/secret.m3u8%20",
    ],
)  # fmt: skip
def test_what_is_not_published_does_not_exist(origin: GuardedOrigin, target: str) -> None:
    """Whatever else is in the store."""
    answer = _asked(origin, target)
    assert answer.status in {400, 404}
    assert SECRET not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/", "/first-light.m3u8", "/first-light.mpd", f"{MEDIA}/multivariant.m3u8",
        f"{MEDIA}/128k/playlist.m3u8", f"{MEDIA}/128k/00001.m4s", f"{MEDIA}/waveform.json",
        "/missing.m3u8", "/healthz", f"{MEDIA}/first-light.m3u8", "/first-light.json", "/list.json",
    ],
)  # fmt: skip
def test_no_answer_depends_on_host_or_forwarding(origin: GuardedOrigin, path: str) -> None:
    plain = _asked(origin, path)
    claims = [
        ("Host: evil.example",),
        ("Host: evil.example:1234",),
        ("Host: x", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"),
        ("Host: x", "X-Host: evil.example", "X-Forwarded-Server: evil.example"),
        ("Host: x", "X-Original-URL: /secret", "X-Rewrite-URL: /secret"),
        ("Host: x", "X-Forwarded-Prefix: /evil.example", "X-Forwarded-Port: 1234"),
        ("Host: x", "Forwarded: for=192.0.2.1;host=evil.example;proto=https"),
        ("Host: x", "X-HTTP-Method-Override: DELETE", "Origin: https://evil.example"),
        ("Host: x", "X-Forwarded-For: 192.0.2.1", "Referer: https://evil.example/"),
    ]
    for fields in (*claims, *claims):  # the second time from the hot path, where it is
        claimed = _asked(origin, path, *fields)
        for answer in (plain, claimed):
            for varying in ("date", "cache-status"):
                answer.headers.pop(varying, None)
        assert claimed == plain, fields
        assert "evil" not in str(claimed)
    absolute = _asked(origin, f"http://evil.example{path}", "Host: x")
    for varying in ("date", "cache-status"):
        absolute.headers.pop(varying)
    assert absolute == plain
