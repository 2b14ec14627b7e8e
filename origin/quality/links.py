"""How processes that share a port hand each other what belongs to one session.

A player's requests come to whichever worker its connections fell to; behind a proxy, to all of
them. So each session has one worker, by its id, and the others send what they read to that one:
datagrams, each whole or not at all, and never waited for. Linux lets few of them wait
(``net.unix.max_dgram_qlen``, 10 unless somebody set more), so what was read together goes together.
A worker has the inbox of its slot, and keeps it over restarts of its process: what comes meanwhile
waits there, as far as there is room.

Sessions of which a balancer sends requests to several machines are one on each of them.
"""

import asyncio
import json
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final

_DATAGRAM_BYTES_MAX: Final = 64 * 1024
_TOGETHER_BYTES: Final = 32 * 1024
"""What is more goes at once."""

Message = list[Any]


@dataclass(frozen=True, slots=True)
class Inbox:
    """Both ends of what is sent to one slot."""

    out: socket.socket
    to: socket.socket


def open_inboxes(slots: int, opened: ExitStack) -> list[Inbox]:
    """Return an inbox for each slot, none where there is one alone; closed with ``opened``."""
    return [_inbox(opened) for _ in range(slots)] if slots > 1 else []


def _inbox(opened: ExitStack) -> Inbox:
    out, to = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in (out, to):
        opened.enter_context(end)
        end.setblocking(False)
    return Inbox(out, to)


class Links:
    """What one process has of them; it is in ``slot``. ``lost`` counts what could not be sent."""

    def __init__(self, inboxes: Sequence[Inbox], slot: int) -> None:
        self._inboxes = inboxes
        self._slot = slot
        self._has_left = False
        self._parcels: dict[int, _Parcel] = {}
        self.sent = 0
        self.lost = 0

    @property
    def is_alone(self) -> bool:
        """Whether there is no other process."""
        return not self._inboxes

    def is_ours(self, number: int) -> bool:
        """Tell whether a session with this number is this process's."""
        if self._has_left:
            return False
        return not self._inboxes or number % len(self._inboxes) == self._slot

    def send(self, number: int, message: Message) -> None:
        """Have something sent, soon, to whose session has this number."""
        slot = number % len(self._inboxes)
        parcel = self._parcels.setdefault(slot, _Parcel())
        parcel.add(message)
        if parcel.size_bytes > _TOGETHER_BYTES:
            self._send(slot)

    def flush(self) -> None:
        """Send what is to be sent."""
        for slot in tuple(self._parcels):
            self._send(slot)

    def tell_all(self, message: Message) -> None:
        """Send to all others at once, as far as they can take it."""
        for slot, inbox in enumerate(self._inboxes):
            if slot != self._slot:
                parcel = _Parcel()
                parcel.add(message)
                parcel.is_sent(inbox)

    def _send(self, slot: int) -> None:
        parcel = self._parcels.pop(slot)
        if parcel.is_sent(self._inboxes[slot]):
            self.sent += len(parcel.messages)
        else:
            self.lost += len(parcel.messages)

    @contextmanager
    def hearing(self, hear: Callable[[Message], None]) -> Iterator[None]:
        """Give ``hear`` what is sent to this process while the caller's block runs."""
        if not self._inboxes:
            yield
            return
        loop, end = asyncio.get_running_loop(), self._inboxes[self._slot].out
        loop.add_reader(end, _receive, end, hear)
        try:
            yield
        finally:
            loop.remove_reader(end)

    def leave(self) -> None:
        """Have no session any more, and take nothing more of what is sent; others take over."""
        if self._inboxes:
            self._has_left = True
            asyncio.get_running_loop().remove_reader(self._inboxes[self._slot].out)


class _Parcel:
    """Messages that go together."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.size_bytes = 0

    def add(self, message: Message) -> None:
        text = json.dumps(message, separators=(",", ":"))
        self.messages.append(text)
        self.size_bytes += len(text) + 1

    def is_sent(self, inbox: Inbox) -> bool:
        """Send them; False where that cannot be now."""
        try:
            inbox.to.send(f"[{','.join(self.messages)}]".encode())
        except OSError:  # it is full: whoever reads it has too much to do, or is not there
            return False
        return True


def _receive(end: socket.socket, hear: Callable[[Message], None]) -> None:
    """Take one datagram; what is behind it waits for the next turn of the loop."""
    try:
        data = end.recv(_DATAGRAM_BYTES_MAX)
    except OSError:  # another process of this slot has taken it
        return
    for message in json.loads(data):
        hear(message)
