"""The whole program: a creator's backend has tokens issued, and what they open plays with them."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.functional.supervising import Server, embedded, until
from tests.servers.soundbridge import TIMEOUT_S, soundbridge

COUNTRY = "X-Country"


def said(*words: str | Path) -> str:
    done = soundbridge(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Place:
    """A server that requires tokens, a creator's key, and what of theirs plays there."""

    server: Server
    key: str
    uploaded: Any

    def ask(
        self, path: str, data: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Return status and body, of a GET or of a POST."""
        request = urllib.request.Request(  # noqa: S310 -- http on loopback
            f"{self.server.url}{path}", data, dict(headers or {})
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def post(self, path: str, **body: Any) -> Any:
        """Return what the API says to the creator."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        status, content = self.ask(path, json.dumps(body).encode(), headers)
        assert status == 201, content
        return json.loads(content)

    def issue(self, **limits: Any) -> Any:
        """Have a token issued for what was uploaded."""
        return self.post("/v1/playback-tokens", playback_id=self.uploaded["playback_id"], **limits)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, music: Path) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("issuing")
    state, signing_key = folder / "state", folder / "signing.pem"
    said("token", "new-key", signing_key)
    options = (
        "--signing-key", str(signing_key), "--require-tokens", "--client-country-field", COUNTRY,
    )  # fmt: skip
    with embedded(state, folder / "log", *options) as server:
        said("admin", "user", "add", "Ann", "--role", "creator", "--state", state)
        place = Place(server, said("admin", "key", "add", "Ann", "--state", state), None)
        place.uploaded = place.post("/v1/uploads", name="music.wav")
        put = urllib.request.Request(  # noqa: S310 -- http on loopback
            f"{server.url}{place.uploaded['send']['put']}",
            music.read_bytes(),
            {"Authorization": f"Bearer {place.key}", "Content-Type": "audio/wav"},
            method="PUT",
        )
        urllib.request.urlopen(put, timeout=TIMEOUT_S).close()  # noqa: S310
        about = place.issue()["about"]
        until(lambda: b'"state":"ready"' in place.ask(about)[1])
        yield place


def test_a_token_that_was_issued_plays_without_its_key_being_named_elsewhere(place: Place) -> None:
    playback_id, asset_id = place.uploaded["playback_id"], place.uploaded["asset_id"]
    assert place.ask(f"/{playback_id}.m3u8")[0] == 401
    issued = place.issue()
    status, playlist = place.ask(issued["hls"])
    assert (status, playlist[:7]) == (200, b"#EXTM3U")
    assert place.ask(issued["dash"])[0] == 200
    assert place.ask(f"/opens/{issued['token']}/play/media/{asset_id}")[0] == 204
    (key,) = json.loads(place.ask("/.well-known/jwks.json")[1])["keys"]
    assert "d" not in key


def test_a_token_is_good_where_a_trusted_proxy_says_that_one_is(place: Place) -> None:
    hls = place.issue(countries=["DE"])["hls"]
    assert place.ask(hls)[0] == 403
    assert place.ask(hls, headers={COUNTRY: "DE"})[0] == 200
    assert place.ask(hls, headers={COUNTRY: "US"})[0] == 403


def test_a_token_is_good_on_a_page(place: Place) -> None:
    hls = place.issue(referrers=["radio.example"])["hls"]
    assert place.ask(hls)[0] == 403
    assert place.ask(hls, headers={"Referer": "https://radio.example/song"})[0] == 200
    assert place.ask(hls, headers={"Origin": "https://evil.example"})[0] == 403


def test_what_only_tells_plays_nothing(place: Place) -> None:
    issued = place.issue(scopes=["about"])
    assert place.ask(issued["about"])[0] == 200
    assert place.ask(issued["about"].replace(".json", ".m3u8"))[0] == 403


def test_no_token_is_in_the_log(place: Place) -> None:
    token = place.issue()["token"]
    place.ask(f"/opens/{token}/play/nobodys")
    path = "/opens/-/play/nobodys"
    until(lambda: any(each["path"] == path for each in place.server.events("request")))
    assert token[-20:] not in place.server.log.read_text()
