"""What is nginx's own: its files, TLS, and who may purge."""

import http.client
import json
import re
import socket
import ssl
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import cdn
from cdn.cmcd.parse import parse_fields, parse_query
from cdn.cmcd.report import Report
from cdn.edge.nginx.configuration import NAME, configuration
from cdn.edge.plan import Address, Certificate, Edge
from cdn.policy.cache_control import policy_for
from cdn.policy.object_class import ObjectClass
from tests.functional.edges.asking import ask, seen, send
from tests.functional.edges.certificates import certificate
from tests.functional.supervising import until
from tests.servers.edges.nginx import installed, nginx, purge_status
from tests.servers.edges.running import RunningEdge, written
from tests.servers.scripted import Said, ScriptedOrigin, scripted
from tests.servers.soundbridge import TIMEOUT_S, soundbridge_here

HOST = "localhost"
SECRET = "a-secret-of-purgers"  # noqa: S105 of a test
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
DOCUMENT = Path(cdn.__file__).parent / "README.md"
SEGMENT = "/media/a/r1/128k/00001.m4s"


@pytest.fixture(scope="module")
def caching_kind() -> str:
    """No other one is asked here."""
    return "nginx"


@pytest.fixture(scope="module")
def secured(
    scripted_origin: ScriptedOrigin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RunningEdge, ssl.SSLContext]]:
    """An edge with a certificate and a secret, and what a client trusts."""
    folder = tmp_path_factory.mktemp("secured")
    chain, key = certificate(folder, HOST)
    edge = Edge(
        host=HOST,
        origins=[Address("127.0.0.1", scripted_origin.port)],
        certificate=Certificate(str(chain), str(key)),
        purge_secret=SECRET,
    )
    with nginx(edge, folder / "nginx") as running:
        yield running, ssl.create_default_context(cafile=chain)


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


def test_who_purges_shows_the_secret(
    secured: tuple[RunningEdge, ssl.SSLContext], origin: ScriptedOrigin
) -> None:
    edge, _ = secured
    origin.says[SEGMENT] = Said(fields=FOREVER)
    port = edge.ports["purge"]
    assert purge_status(port, SEGMENT) == 403
    assert purge_status(port, SEGMENT, secret=f"{SECRET}x") == 403
    assert origin.asked == []
    assert purge_status(port, SEGMENT, secret=SECRET) == 200
    assert "x-purge-secret" not in origin.asked[0].fields


def test_who_purges_comes_from_a_network_that_may(origin: ScriptedOrigin, tmp_path: Path) -> None:
    origins = [Address("127.0.0.1", origin.port)]
    edge = Edge(host=HOST, origins=origins, purges_from=["10.0.0.0/8"])
    with nginx(edge, tmp_path / "nginx") as running:
        assert purge_status(running.ports["purge"], SEGMENT) == 403
        assert origin.fetches(SEGMENT) == []


def test_while_no_origin_answers_a_purge_loses_nothing(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = f"{SEGMENT}?kept"
    origin.says[SEGMENT] = Said(fields=FOREVER)
    ask(edge.url, path)
    origin.is_down = True
    assert purge_status(edge.ports["purge"], SEGMENT) == 502
    origin.is_down = False
    origin.says[SEGMENT] = Said(503, {"Cache-Control": "no-store"})
    assert purge_status(edge.ports["purge"], SEGMENT) == 503
    assert ask(edge.url, path).is_hit


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_who_purges_is_told_that_something_is_gone(
    edge: RunningEdge, origin: ScriptedOrigin, status: int
) -> None:
    """Not 403, which is for those who may not purge."""
    path = f"/media/told/r{status}/1.m4s"
    origin.says[path] = Said(fields=FOREVER)
    ask(edge.url, path)
    origin.says[path] = Said(status, {"Cache-Control": "no-store"})
    assert purge_status(edge.ports["purge"], path) == 410
    assert seen(edge, path, lambda found: found.status == status)


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


def test_that_there_is_no_such_range_is_kept_by_nobody(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    """The whole is, for a year."""
    path = "/media/ranges/r1/1.m4s"
    origin.says[path] = Said(fields=policy_for(ObjectClass.SEGMENT).headers)
    for _ in range(2):
        none = ask(edge.url, path, Range="bytes=1000-")
        assert none.status == 416
        for name in policy_for(ObjectClass.CLIENT_ERROR).headers:
            assert "no-store" in none.fields[name.lower()]
    whole = ask(edge.url, path).fields
    assert "no-store" not in f"{whole['cache-control']} {whole['cdn-cache-control']}"


@pytest.mark.parametrize("path", ["/", "/healthz", "/medi%61/a/r1/1.m4s", "/t/a.b.c/a.m3u8"])
def test_what_is_not_kept_cannot_be_purged(
    edge: RunningEdge, origin: ScriptedOrigin, path: str
) -> None:
    assert purge_status(edge.ports["purge"], path) == 404
    assert origin.asked == []


def test_no_token_and_no_query_is_logged(scripted_origin: ScriptedOrigin, tmp_path: Path) -> None:
    edge = Edge(host=HOST, origins=[Address("127.0.0.1", scripted_origin.port)])
    with nginx(edge, tmp_path / "nginx") as running:
        ask(running.url, "/t/a.secret.token/a.m3u8?key=secret")
        ask(running.url, "/v1/search?q=secret")
        for path in ("//t/{}/a.m3u8", "/t/{}/no/such", "/t/x/t/{}/a.m3u8", "/opens/{}/play/a"):
            ask(running.url, path.format("eyJhbGciOi.eyJzZWNyZXQi.secret"))
    said = (tmp_path / "nginx" / "access.log").read_text()
    assert '"path":"/a.m3u8"' in said
    assert '"path":"/v1/search"' in said
    assert said.count('"path":"/t/-"') == 1
    assert re.search("secret|eyJ", said) is None


def test_what_players_tell_is_logged_as_the_api_takes_it(
    scripted_origin: ScriptedOrigin, tmp_path: Path
) -> None:
    """No origin hears of it: CMCD is left out of what is asked. Read as the document says."""
    edge = Edge(host=HOST, origins=[Address("127.0.0.1", scripted_origin.port)])
    scripted_origin.says[SEGMENT] = Said(fields=FOREVER)
    begun_s = time.time()
    with nginx(edge, tmp_path / "nginx") as running:
        ask(running.url, SEGMENT + "?key=1&CMCD=bl%3D6000%2Csid%3D%22a%22")
        ask(running.url, SEGMENT, CMCD_Session='sid="a",st=v', CMCD_Request="bl=500")
        ask(running.url, SEGMENT)
    (program,) = re.findall(
        "jq -c '(.*?)' /var/log", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL
    )
    command = ["jq", "-c", program, str(tmp_path / "nginx" / "access.log")]
    done = subprocess.run(command, capture_output=True, check=True, timeout=TIMEOUT_S)
    found = sorted(map(json.loads, done.stdout.splitlines()), key=lambda report: report["url"])
    by_fields, by_query = found  # each process of nginx writes lines of its own
    assert by_fields["url"] == SEGMENT
    assert parse_fields([by_fields["fields"].encode()]) == Report(sid="a", st="v", bl_ms=500)
    path, _, query = by_query["url"].partition("?")
    assert path == SEGMENT
    assert parse_query(query.encode()) == Report(sid="a", bl_ms=6000)
    assert all(begun_s - 1 < report["at"] < time.time() for report in found)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--origin", "10.0.0.1", "--origin", "[::1]:81", "--roles"),
        ("--check-tokens", "--purge-from", "10.0.0.0/8", "--purge-from", "::1"),
        ("--listen", "[::1]", "--cache-size", "500m", "--cache-days", "1"),
    ],
    ids=["plain", "roles", "tokens", "places"],
)
def test_nginx_takes_what_is_written(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "cache").mkdir()
    where = {
        "--user": "root",
        "--cache-folder": tmp_path / "cache",
        "--log-folder": tmp_path,
        "--pid-file": tmp_path / "pid",
        "--http-port": "18980",
        "--https-port": "18981",
        "--purge-port": "18982",
        "--into": tmp_path,
    }
    usual = () if "--listen" in options else ("--listen", "127.0.0.1")
    flat = [str(each) for pair in where.items() for each in pair]
    done = soundbridge_here("edge", "nginx", *flat, *usual, *options)
    assert done.returncode == 0, done.stderr
    checked = subprocess.run(
        ["nginx", "-t", "-e", "stderr", "-c", str(tmp_path / NAME)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    warned = [each for each in checked.stderr.splitlines() if "[warn]" in each]
    assert [each for each in warned if '"user" directive' not in each] == []


def test_a_configuration_with_a_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / NAME).write_text("an old one")
    where = ("--into", str(tmp_path))
    assert not soundbridge_here("edge", "nginx", *where).returncode
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o644
    secret = ("--purge-secret-file", str(tmp_path / "secret"))
    assert not soundbridge_here("edge", "nginx", *where, *secret).returncode
    assert f'"{SECRET}"' in (tmp_path / NAME).read_text()
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--cache-size", "10"), "no size"),
        (("--host", "a b"), "no host name"),
        (("--certificate", "/a"), "go together"),
        (("--certificate", "/a.pem", "--certificate-key", "/a.key"), "Say --host"),
        (
            ("--host", "a.b", "--certificate", "a.pem", "--certificate-key", "/k"),
            "no absolute path",
        ),
        (("--http-port", "0"), "three numbers"),
        (("--purge-secret-file", "/bin/true"), "a purge secret is 16 to 128"),
        (("--purge-from", "somewhere"), "no address"),
    ],
)
def test_what_cannot_be_written_is_refused_in_a_sentence(
    options: tuple[str, ...], said: str
) -> None:
    refused = soundbridge_here("edge", "nginx", *options)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_certificate_is_taken(tmp_path: Path) -> None:
    chain, key = certificate(tmp_path, HOST)
    edge = Edge(
        host=HOST,
        origins=[Address("127.0.0.1", 1)],
        certificate=Certificate(str(chain), str(key)),
    )
    written([configuration(edge, installed(tmp_path / "nginx"))], tmp_path)
    command = ["nginx", "-t", "-e", "stderr", "-c", str(tmp_path / NAME)]
    assert subprocess.run(command, check=False, timeout=TIMEOUT_S).returncode == 0


@pytest.mark.long
def test_an_origin_that_hangs_is_waited_for_and_another_one_asked(tmp_path: Path) -> None:
    held = threading.Event()
    with scripted() as hanging, scripted() as well:
        hanging.usually = Said(fields=FOREVER, held=held)
        well.usually = Said(fields=FOREVER, body=b"well")
        origins = [Address("127.0.0.1", each.port) for each in (hanging, well)]
        with nginx(Edge(host=HOST, origins=origins), tmp_path / "nginx") as running:
            numbers = count()

            def is_waiting() -> bool:
                path = f"/media/a/r1/{next(numbers)}.m4s"
                assert ask(running.url, path).body == b"well"
                return len(hanging.asked) > 0

            until(is_waiting)
        held.set()


def test_what_nginx_asks_itself_nobody_else_can(
    tmp_path: Path, origin: ScriptedOrigin, scripted_origin: ScriptedOrigin
) -> None:
    origins = [Address("127.0.0.1", scripted_origin.port)]
    plan = Edge(host=HOST, origins=origins, checks_tokens=True)
    with nginx(plan, tmp_path / "checking") as checking:
        assert ask(checking.url, "/.token-check").status in {403, 404}
    assert origin.asked == []
