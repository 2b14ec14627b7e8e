"""An origin that says what a test tells it to say, late or in part, and remembers who asked."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from tests.servers.connections import connections

_PROBE: Final = "/readyz"
_LOOK_EVERY_S: Final = 0.01


@dataclass(frozen=True)
class Said:
    """One answer; of a body that is cut, the rest never comes. It waits while ``held``, and a time.

    ``then`` is said from the next time on.

    ``pieces`` are sent after the body, each when the semaphore lets it, without an end that is
    known before.
    """

    status: int = 200
    fields: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"said"
    cut_at: int | None = None
    held: threading.Event | None = None
    after_s: float = 0
    then: "Said | None" = None
    pieces: threading.Semaphore | None = None


@dataclass(frozen=True)
class Asked:
    """One request; names of fields are in small letters."""

    method: str
    target: str
    fields: Mapping[str, str]
    body: bytes = b""


@dataclass
class ScriptedOrigin:
    """One that runs; what is said nothing of is 404.

    An edge that asks by itself whether it is ready is always told so, and not remembered: how soon
    edges see that one is not is asked of real ones. While it ``is_down``, it closes whatever else
    is opened, and counts that in ``refused``.
    """

    port: int = 0
    says: dict[str, Said] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    is_down: bool = False
    refused: int = 0
    usually: Said = field(default_factory=lambda: Said(404, {"Cache-Control": "max-age=5"}))

    def fetches(self, path: str) -> list[Asked]:
        """Return who has asked for a path, whatever the query."""
        return [each for each in self.asked if each.target.partition("?")[0] == path]

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, and close."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        method, target, _ = first.split(" ")
        fields = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
        }
        if target == _PROBE and "x-forwarded-for" not in fields:
            await _answer(Said(), Asked(method, target, fields), writer)
            return
        if self.is_down:
            self.refused += 1
            return
        said = self.says.get(target.partition("?")[0], self.usually)
        if said.then is not None:
            self.says[target.partition("?")[0]] = said.then
        asked = Asked(method, target, fields)
        self.asked.append(asked)
        if "content-length" in fields or "transfer-encoding" in fields:
            await self._take(asked, reader)
        while said.held is not None and not said.held.is_set():  # noqa: ASYNC110 of another thread
            await asyncio.sleep(_LOOK_EVERY_S)
        await asyncio.sleep(said.after_s)
        await _answer(said, asked, writer)

    async def _take(self, asked: Asked, reader: asyncio.StreamReader) -> None:
        length = int(asked.fields.get("content-length", "0"))
        while len(asked.body) < length:
            piece = await reader.read(65_536)
            if not piece:
                return
            taken = Asked(asked.method, asked.target, asked.fields, asked.body + piece)
            self.asked[self.asked.index(asked)] = asked = taken


@contextmanager
def scripted() -> Iterator[ScriptedOrigin]:
    """Run one in a thread."""
    origin = ScriptedOrigin()
    with connections(origin.connected) as port:
        origin.port = port
        yield origin


async def _answer(said: Said, asked: Asked, writer: asyncio.StreamWriter) -> None:
    tag = said.fields.get("ETag")
    is_known = said.status == HTTPStatus.OK and tag and asked.fields.get("if-none-match") == tag
    status = HTTPStatus.NOT_MODIFIED if is_known else HTTPStatus(said.status)
    body = b"" if is_known or asked.method == "HEAD" else said.body
    head = [f"HTTP/1.1 {status.value} {status.phrase}"]
    head += [f"{name}: {value}" for name, value in said.fields.items()]
    if said.pieces is not None:
        head.append("Transfer-Encoding: chunked")
    elif not is_known:
        head.append(f"Content-Length: {len(said.body)}")
    writer.write("\r\n".join([*head, "Connection: close", "", ""]).encode("latin-1"))
    writer.write(body[: said.cut_at])
    await writer.drain()
    while said.pieces is not None:
        if said.pieces.acquire(blocking=False):
            writer.write(b"6\r\npiece\n\r\n")
            await writer.drain()
        await asyncio.sleep(_LOOK_EVERY_S)
