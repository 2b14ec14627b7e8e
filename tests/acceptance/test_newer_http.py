"""The page and its sound by HTTP/2 and HTTP/3, from Caddy, in Chromium."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser

from cdn.edge.plan import Address, Certificate, Edge
from tests.acceptance.conftest import TIMEOUT_MS, put
from tests.acceptance.watching import open_page, wait_for_position
from tests.functional.edges.certificates import certificate
from tests.functional.supervising import supervised
from tests.players.chromium import SHELL, chromium
from tests.servers.edges.caddy import caddy

PROTOCOLS: Final = """() => performance.getEntriesByType('resource')
    .filter(({name}) => /[.](?:m4s|m3u8)/.test(name)).map((entry) => entry.nextHopProtocol)"""


@pytest.fixture(scope="module")
def site(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int, Path]]:
    """A track's playback id, where Caddy has TLS, and its certificate."""
    folder = tmp_path_factory.mktemp("newer")
    track = put(shelf / "track", folder / "store")
    chain, key = certificate(folder, "localhost")
    with ExitStack() as running:
        origin = running.enter_context(
            supervised(folder / "store", folder / "log", "--workers", "1")
        )
        plan = Edge(
            host="localhost",
            origins=[Address(*origin.address)],
            certificate=Certificate(str(chain), str(key)),
        )
        edge = running.enter_context(caddy(plan, folder / "caddy"))
        yield track.playback_id, edge.ports["https"], chain


@pytest.fixture(params=["h2", "h3"])
def protocol(request: pytest.FixtureRequest) -> str:
    said: str = request.param
    return said


@pytest.fixture
def speaking(site: tuple[str, int, Path], protocol: str) -> Iterator[Browser]:
    """A browser that trusts the certificate, and speaks QUIC where it is to."""
    _, port, chain = site
    key = x509.load_pem_x509_certificate(chain.read_bytes()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = base64.b64encode(hashlib.sha256(spki).digest()).decode()
    options = ["--host-resolver-rules=MAP localhost 127.0.0.1"]
    options += [f"--ignore-certificate-errors-spki-list={digest}"]
    options += [f"--origin-to-force-quic-on=localhost:{port}"] if protocol == "h3" else []
    options += ["--disable-quic"] if protocol == "h2" else []
    with chromium(SHELL, *options) as opened:
        yield opened


@pytest.mark.long_if("h2")
def test_it_plays(site: tuple[str, int, Path], speaking: Browser, protocol: str) -> None:
    playback_id, port, _ = site
    page = speaking.new_context(base_url=f"https://localhost:{port}").new_page()
    page.set_default_timeout(TIMEOUT_MS)
    open_page(page, f"/?play={playback_id}")
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 1)
    spoken = page.evaluate(PROTOCOLS)
    assert len(spoken) > 2
    assert set(spoken) == {protocol}
