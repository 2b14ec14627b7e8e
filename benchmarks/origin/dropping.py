"""One connection of the load, on which answers are dropped unread once their length is known."""

import hashlib
import socket
import time
from dataclasses import dataclass
from typing import Final

ANSWER_WITHIN_S: Final = 3.0
_HEAD_BYTES_MAX: Final = 2048
_HEAD_END: Final = b"\r\n\r\n"
_NOT_MODIFIED: Final = b"HTTP/1.1 304 "
EXPECTED: Final = (b"HTTP/1.1 200 ", b"HTTP/1.1 206 ", _NOT_MODIFIED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is learned of an answer: how long it is, and what is in it.

    Its head does not count where heads are read each time.
    """

    size_bytes: int
    status: bytes
    body_sha256: str


class Connection:
    """One connection, on which one answer at a time is under way.

    ``counted`` is a line: how many heads have it is told, where there is one.
    """

    def __init__(self, address: tuple[str, int], counted: bytes | None) -> None:
        self.socket = socket.create_connection(address, ANSWER_WITHIN_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.left_bytes = 0
        self.asked_ns = 0
        self._low_bytes = 1
        self._counted = counted
        self._awaits_head = False
        self.count = 0

    def ask(self, request: bytes, size_bytes: int) -> None:
        """Send a request; be told when so much has come."""
        self._wait_for(size_bytes)
        self._awaits_head = self._counted is not None
        self.left_bytes = size_bytes
        self.asked_ns = time.perf_counter_ns()
        self.socket.send(request)

    def drop(self, nowhere: memoryview) -> bool:
        """Drop what has come; tell whether that was all of the answer."""
        if not self.left_bytes:  # to the socket that would be all there is room for
            raise ConnectionError("more came than an answer")
        if self._awaits_head:
            self._read_head()
        self.left_bytes -= self._dropped_bytes(nowhere)
        if self.left_bytes:
            self._wait_for(self.left_bytes)
        return not self.left_bytes

    def _dropped_bytes(self, nowhere: memoryview) -> int:
        """Drop what there is of a body, which may have come with the head, or not yet."""
        if not self.left_bytes:
            return 0
        try:
            dropped = self.socket.recv_into(nowhere, self.left_bytes, socket.MSG_TRUNC)
        except BlockingIOError:
            return 0
        if not dropped:
            raise ConnectionError("closed in the middle of an answer")
        return dropped

    def _read_head(self) -> None:
        """Look at a head, with which comes the beginning of a body that is longer."""
        head, end, body = self.socket.recv(_HEAD_BYTES_MAX).partition(_HEAD_END)
        if not end or not head.startswith(EXPECTED):
            raise ConnectionError(f"no head of an answer: {head[:80]!r}")
        self._awaits_head = False
        self.left_bytes -= len(body)
        self.count += self._counted in head.split(b"\r\n")

    def _wait_for(self, size_bytes: int) -> None:
        if size_bytes != self._low_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size_bytes)
            self._low_bytes = size_bytes

    def read(self, request: bytes) -> Answer:
        """Ask, and read the answer."""
        self._wait_for(1)
        self.socket.settimeout(ANSWER_WITHIN_S)
        self.socket.sendall(request)
        with self.socket.makefile("rb") as stream:
            lines = list(iter(stream.readline, b"\r\n"))
            fields = {name.lower(): value for name, _, value in (x.partition(b":") for x in lines)}
            has_body = not lines[0].startswith(_NOT_MODIFIED)
            length = int(fields.get(b"content-length", b"0")) if has_body else 0
            body = stream.read(length)
        self.socket.setblocking(False)
        if len(body) != length:
            raise ConnectionError("closed in the middle of a body")
        head_bytes = sum(map(len, lines)) + len(b"\r\n") if self._counted is None else 0
        return Answer(head_bytes + length, lines[0], hashlib.sha256(body).hexdigest())
