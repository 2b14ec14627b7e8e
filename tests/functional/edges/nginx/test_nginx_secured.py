"""How nginx is asked over TLS, and what it lets nobody send it."""

import http.client
import socket
import ssl
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cdn.edge.plan import Address, Edge
from tests.functional.edges.asking import ask, send
from tests.functional.edges.nginx.own import FOREVER, HOST, SEGMENT
from tests.servers.edges.nginx import nginx
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin
from tests.servers.soundbridge import TIMEOUT_S


def test_it_is_asked_over_tls(
    secured: tuple[RunningEdge, ssl.SSLContext], origin: ScriptedOrigin
) -> None:
    edge, trusted = secured
    origin.says[SEGMENT] = Said(fields=FOREVER)
    secure = http.client.HTTPSConnection(
        HOST, edge.ports["https"], context=trusted, timeout=TIMEOUT_S
    )
    with closing(secure):
        secure.request("GET", SEGMENT)
        assert secure.getresponse().read() == b"said"
    assert origin.fetches(SEGMENT)[0].fields["x-forwarded-proto"] == "https"


def test_who_asks_without_tls_is_sent_there(secured: tuple[RunningEdge, ssl.SSLContext]) -> None:
    edge, _ = secured
    found = ask(edge.url, "/a.m3u8?CMCD=x", Host="evil.example")
    assert found.status == 308
    assert found.fields["location"] == f"https://{HOST}:{edge.ports['https']}/a.m3u8?CMCD=x"


def test_http_2_is_spoken(secured: tuple[RunningEdge, ssl.SSLContext]) -> None:
    edge, trusted = secured
    trusted.set_alpn_protocols(["h2", "http/1.1"])
    assert greeted(edge, trusted)[1] == "h2"
    trusted.set_alpn_protocols(["http/1.1"])


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2])
def test_no_tls_before_1_2_is_spoken(
    secured: tuple[RunningEdge, ssl.SSLContext], version: ssl.TLSVersion
) -> None:
    edge, _ = secured
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")  # else this client would refuse by itself
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = version
    if version is ssl.TLSVersion.TLSv1_2:
        assert greeted(edge, old)[0] == "TLSv1.2"
    else:
        with pytest.raises(ssl.SSLError, match="alert protocol version"):
            greeted(edge, old)


def greeted(edge: RunningEdge, trusted: ssl.SSLContext) -> tuple[str | None, str | None]:
    """Return which version of TLS, and which protocol in it, are agreed upon."""
    address = (HOST, edge.ports["https"])
    with (
        socket.create_connection(address, TIMEOUT_S) as plain,
        trusted.wrap_socket(plain, server_hostname=HOST) as secure,
    ):
        return secure.version(), secure.selected_alpn_protocol()


@pytest.mark.parametrize(
    ("tells", "body"),
    [("Content-Length: 3000000000", b"x" * 50_000), ("Transfer-Encoding: chunked", b"5\r\nhello")],
    ids=["length", "chunked"],
)
@pytest.mark.parametrize("path", [SEGMENT, "/a.m3u8", "/assets/a.js"])
def test_nobody_fills_the_disk_by_asking(
    edge: RunningEdge, origin: ScriptedOrigin, path: str, tells: str, body: bytes
) -> None:
    """What comes with a question would be written down before there is an answer."""
    address = urlsplit(edge.url)
    with socket.create_connection((str(address.hostname), address.port), TIMEOUT_S) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n{tells}\r\n\r\n".encode() + body)
        assert client.recv(65_536).split(b" ", 2)[1] == b"413"
    assert origin.asked == []


def test_who_says_that_nothing_comes_along_is_answered(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    origin.says[SEGMENT] = Said(fields=FOREVER)
    assert ask(edge.url, SEGMENT, Content_Length="0").status == 200


def test_nobody_fills_the_disk_by_http_2(
    secured: tuple[RunningEdge, ssl.SSLContext], origin: ScriptedOrigin
) -> None:
    """Where no length need be told."""
    edge, _ = secured
    command = ["curl", "-ks", "--http2", "-X", "GET", "-T", "-", "-o", "/dev/null"]
    command += ["-w", "%{http_code}", f"https://{HOST}:{edge.ports['https']}{SEGMENT}"]
    said = subprocess.run(
        command, input=b"x" * 100_000, capture_output=True, timeout=TIMEOUT_S, check=False
    )
    assert said.stdout == b"413"
    assert origin.asked == []


def test_the_api_is_given_what_comes_with_a_question(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    """As it comes, and nothing of the answer is kept."""
    origin.says["/v1/asked"] = Said(fields=FOREVER)
    for _ in range(2):
        assert send(edge.url, "/v1/asked", b"content", method="GET").status == 200
    assert [each.body for each in origin.asked] == [b"content"] * 2


def test_what_nginx_asks_itself_nobody_else_can(
    tmp_path: Path, origin: ScriptedOrigin, scripted_origin: ScriptedOrigin
) -> None:
    origins = [Address("127.0.0.1", scripted_origin.port)]
    plan = Edge(host=HOST, origins=origins, checks_tokens=True)
    with nginx(plan, tmp_path / "checking") as checking:
        assert ask(checking.url, "/.token-check").status in {403, 404}
    assert origin.asked == []


def test_a_long_question_is_answered(edge: RunningEdge, origin: ScriptedOrigin) -> None:
    """A key stands before its answer in nginx's buffer: too long a one made origins look dead."""
    origin.says["/v1/search"] = Said(fields={"Cache-Control": "no-store", "X-Long": "x" * 2000})
    path = f"/v1/search?q={'a' * 7900}"
    for length in (6000, 7000, 8000):
        assert ask(edge.url, path, Origin=f"https://{'b' * length}").status == 200


@pytest.mark.parametrize("path", ["/v1/up", "/media/a/up/1.m4s", "/"])
def test_nobody_is_handed_through(edge: RunningEdge, origin: ScriptedOrigin, path: str) -> None:
    """Whoever is upgraded to HTTP/2 behind nginx, as by Varnish, asks there for anything."""
    ask(edge.url, path, Connection="Upgrade", Upgrade="h2c", HTTP2_Settings="AAMAAABk")
    (asked,) = origin.fetches(path)
    assert "upgrade" not in asked.fields
