"""An S3 server of one object that does not do as others do with parts of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.servers.seaweedfs import Bucket


class Oddity(StrEnum):
    """What it does."""

    NO_PARTS = "sends the whole whatever is asked for"
    WEAK_TAG = "has weak entity tags, which match nothing"
    SHORT_PARTS = "sends less than it was asked for, and says so"
    OTHER_SIZE = "says another size with every part but the first"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, data: bytes, oddity: Oddity, *rest: object) -> None:
        self._data = data
        self._oddity = oddity
        super().__init__(*rest)  # type: ignore[arg-type]  # as http.server calls it

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        if "If-Match" in self.headers and self._oddity is Oddity.WEAK_TAG:
            self._send(412, b"", "")
        elif asked is None or self._oddity is Oddity.NO_PARTS:
            self._send(200, self._data, "")
        else:
            first, last = (int(each) for each in asked.removeprefix("bytes=").split("-"))
            last = min(last, len(self._data) - 1)
            if first and self._oddity is Oddity.SHORT_PARTS:
                last = (first + last) // 2
            size = len(self._data) + int(bool(first) and self._oddity is Oddity.OTHER_SIZE)
            self._send(206, self._data[first : last + 1], f"bytes {first}-{last}/{size}")

    def _send(self, status: int, body: bytes, content_range: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT")
        self.send_header("ETag", ('W/"tag"' if self._oddity is Oddity.WEAK_TAG else '"tag"'))
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base's name
        pass


@contextmanager
def odd_store(data: bytes, oddity: Oddity) -> Iterator[Bucket]:
    """Run it in a thread; any key is the object's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, data, oddity))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Bucket("audio", f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
