"""Requests as bytes on a socket, and what comes back."""

import json
import socket
from dataclasses import dataclass
from typing import Any

PAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD_END = b"\r\n\r\n"
CLOSED = "it was closed before the end"


@dataclass(frozen=True)
class Answer:
    """One response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """What a problem document says."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.headers["cache-status"].startswith("soundbridge")
        said: dict[str, Any] = json.loads(self.body)
        assert said["status"] == self.status
        return said


def get(path: str, *fields: str) -> bytes:
    """Return a request."""
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *fields, "", ""]).encode("latin-1")


def ask(client: socket.socket, request: bytes) -> Answer:
    """Send a request on a connection that stays open, and return the answer."""
    client.sendall(request)
    return answer(client)


def answer(client: socket.socket) -> Answer:
    """Read one answer, as long as it says, and nothing behind it."""
    body = bytearray()
    status_line, *lines = _head(client).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while missing_bytes := int(headers["content-length"]) - len(body):
        body += _some(client, missing_bytes)
    return Answer(int(status_line.split()[1]), headers, bytes(body))


def _head(client: socket.socket) -> bytes:
    """Read a head without its end: what has come is looked at first, and no more is taken."""
    head = bytearray()
    while True:
        seen = client.recv(65_536, socket.MSG_PEEK)
        assert seen, CLOSED
        end = (head + seen).find(HEAD_END)
        if end >= 0:
            head += _some(client, end + len(HEAD_END) - len(head))
            return bytes(head[:end])
        head += _some(client, len(seen))


def is_closed(client: socket.socket) -> bool:
    """Wait for the end of a connection, or for more that comes; tell whether it is the end."""
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def _some(client: socket.socket, most_bytes: int) -> bytes:
    data = client.recv(most_bytes)
    assert data, CLOSED
    return data
