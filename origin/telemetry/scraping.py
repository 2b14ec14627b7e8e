"""The server that Prometheus asks, which costs its process little whoever connects to it.

It is the supervisor's, which has to start workers whatever happens here: so there are a few
connections at a time, each for a few seconds, and one more is closed as soon as it comes.
"""

import socket
import threading
import time
from socketserver import ThreadingMixIn
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry

from origin.telemetry.scrape import scrape_app

CONNECTIONS_MAX: Final = 16
CONNECTION_S: Final = 10.0
"""From its first moment to its last: a scrape takes a few milliseconds."""
_SILENT_S: Final = 5.0


class _Handler(WSGIRequestHandler):
    """One connection, of which nothing is logged."""

    timeout = _SILENT_S

    def log_message(self, *_: object) -> None:
        """Say nothing: whoever asks does so every few seconds."""


class MetricsServer(ThreadingMixIn, WSGIServer):
    """One thread for each of a few connections."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *arguments: Any) -> None:
        self._since_s: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, where there are not too many."""
        with self._lock:
            is_one_too_many = len(self._since_s) >= CONNECTIONS_MAX
            if not is_one_too_many:
                self._since_s[request] = time.monotonic()
        if is_one_too_many:
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection, whoever ends it."""
        with self._lock:
            self._since_s.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """End those that have had their time; called twice a second while it serves."""
        late_s = time.monotonic() - CONNECTION_S
        with self._lock:
            late = [each for each, since_s in self._since_s.items() if since_s < late_s]
            for each in late:  # closed here, its number might be another's when its thread asks
                _shut(each)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went."""


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # it went by itself
        return


def metrics_server(host: str, port: int, registry: CollectorRegistry) -> MetricsServer:
    """Listen; raises OSError where nobody can."""
    family, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    server_class = type("_Server", (MetricsServer,), {"address_family": family})
    return make_server(host, port, scrape_app(registry), server_class, _Handler)
