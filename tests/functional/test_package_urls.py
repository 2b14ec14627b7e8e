"""A source that a URL names: fetched within the limits, and refused in words."""

import re
import resource
import socket
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from obstore.store import MemoryStore

from packager.errors import PackagingError, SourceNotFound, SourceTooLarge, StoreFailed
from packager.limits import Limits
from packager.package import Packaged, package

SIGNATURE = "X-Amz-Credential=a%2Fb&X-Amz-Signature=5ec4e7+%3D"


class _Signed(SimpleHTTPRequestHandler):
    """Serves a folder, what is below ``/signed`` only to those that bring the signature."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/broken"):
            self.send_error(500)
        elif parts.path.startswith("/signed") and parts.query != SIGNATURE:
            self.send_error(403)
        else:
            super().do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base's name
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Give a folder, and the URL at which its files are."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Signed, directory=str(tmp_path)))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def package_url(url: str, limits: Limits | None = None) -> Packaged:
    return package(
        url,
        MemoryStore(),
        asset_id="a",
        playback_id="id",
        created_at="2026-01-02T03:04:05Z",
        limits=limits,
    )


def refused(url: str, error: type[PackagingError], limits: Limits | None = None) -> str:
    """Return the sentence with which a URL is refused: it is for people, and holds no secret."""
    with pytest.raises(PackagingError) as raised:
        package_url(url, limits)
    sentence = str(raised.value)
    assert type(raised.value) is error
    assert re.fullmatch(r"[^\n]{20,250}\.", sentence)
    assert not re.search(r"Generic|retr|store:|rror|Amz|5ec4e7|password|\[Errno", sentence)
    return sentence


def test_a_file_url(music: Path, tmp_path: Path) -> None:
    source = tmp_path / "a b.wav"
    source.write_bytes(music.read_bytes())
    assert package_url(source.as_uri()).index.samples == 220_507
    with pytest.raises(SourceNotFound):
        package_url((tmp_path / "none.wav").as_uri())


def test_a_source_at_a_url_is_copied_and_the_copy_goes(
    music: Path, served: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, url = served
    (folder / "a b.wav").write_bytes(music.read_bytes())
    copies = folder / "copies"
    copies.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(copies))
    assert package_url(f"{url}/a%20b.wav").index.samples == 220_507
    assert list(copies.iterdir()) == []


def test_a_signed_link(music: Path, served: tuple[Path, str]) -> None:
    folder, url = served
    (folder / "signed").mkdir()
    (folder / "signed" / "a b.wav").write_bytes(music.read_bytes())
    packaged = package_url(f"{url}/signed/a%20b.wav?{SIGNATURE}")
    assert (packaged.index.samples, packaged.entry.title) == (220_507, "a b")
    sentence = refused(f"{url}/signed/a%20b.wav?{SIGNATURE}0", SourceNotFound)
    assert sentence.startswith(f"{url}/signed/a%20b.wav may not be read. ")


def test_a_source_at_a_url_obeys_the_limits(music: Path, served: tuple[Path, str]) -> None:
    folder, url = served
    (folder / "x.wav").write_bytes(music.read_bytes())
    refused(f"{url}/x.wav", SourceTooLarge, Limits(size_bytes=100_000))


def test_nothing_at_the_url(served: tuple[Path, str]) -> None:
    address = f"{served[1]}/x.wav"
    assert refused(address, SourceNotFound) == f"There is nothing at {address}. Check the address."


def test_a_server_that_fails(served: tuple[Path, str]) -> None:
    assert "could not be read" in refused(f"{served[1]}/broken.wav?{SIGNATURE}", StoreFailed)


@pytest.mark.parametrize("scheme", ["http", "https", "s3"])
def test_a_server_that_is_not_there(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    authority, shown = ("bucket", "bucket") if scheme == "s3" else (f"me:password@{host}", host)
    sentence = refused(f"{scheme}://{authority}/x.wav", StoreFailed)
    assert sentence.startswith(f"{scheme}://{shown}/x.wav could not be read: its server ")


def test_no_room_for_the_copy(music: Path, served: tuple[Path, str]) -> None:
    folder, url = served
    (folder / "x.wav").write_bytes(music.read_bytes())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        sentence = refused(f"{url}/x.wav", StoreFailed)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "its copy on this disk failed (File too large). Make room" in sentence


@pytest.mark.parametrize(
    "url", ["nope://there/x.wav", "http://", "http://[::1/x.wav", "http://:1:2/", "s3:///x.wav"]
)
def test_no_address_of_a_source(url: str) -> None:
    sentence = refused(url, SourceNotFound)
    assert sentence.startswith(f"A source cannot be read from {url}. Name a file, or an address ")
