"""Each role is asked for what is its own, whichever edge stands before the five."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest

from cdn.edge.plan import Address, Edge
from cdn.edge.roles import PORTS, role_of
from tests.functional.edges.asking import send
from tests.functional.edges.kinds import KINDS
from tests.functional.supervising import until
from tests.servers.edges.running import RunningEdge

HOST: Final = "127.83.1.6"
"""An address of loopback where nobody else has the ports of the roles."""
ASKED: Final = [
    ("GET", "/a.m3u8"),
    ("GET", "/media/a/r1/128k/00001.m4s?CMCD=x"),
    ("GET", "/"),
    ("GET", "/v1/search?q=/v1/plays"),
    ("GET", "/v1/tracks/1"),
    ("GET", "/v1/tracksuit"),
    ("PATCH", "/v1/tracks/1"),
    ("DELETE", "/v1/me"),
    ("GET", "/v1/me/tracks?a=1"),
    ("GET", "/openapi.json"),
    ("POST", "/v1/plays"),
    ("POST", "/v1/uploads"),
]


@contextmanager
def role(name: str, port: int) -> Iterator[None]:
    """Run a server that says which role it is, until the block ends."""

    class Saying(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline()
            if self.raw_requestline and self.parse_request():
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self.send_response(200)
                self.send_header("Content-Length", str(len(name)))
                self.end_headers()
                self.wfile.write(name.encode())
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Nobody wants to know."""

    with ThreadingHTTPServer((HOST, port), Saying) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture(params=KINDS)
def edge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningEdge]:
    with ExitStack() as running:
        for name, port in PORTS.items():
            running.enter_context(role(name, port))
        plan = Edge(host="listen.example", origins=[Address(HOST, 1)], parts=True)
        yield running.enter_context(KINDS[request.param](plan, tmp_path / "edge"))


def test_each_role_is_asked_for_what_is_its_own(edge: RunningEdge) -> None:
    until(lambda: send(edge.url, "/", None, method="GET").status == 200)
    said = [send(edge.url, path, b"", method=method).body.decode() for method, path in ASKED]
    assert said == [role_of(method, path.partition("?")[0]) for method, path in ASKED]
