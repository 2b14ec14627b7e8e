"""Clients that take what they can: slow heads, slow reading, and resets. A program.

A third of them each, from addresses of their own. Who is thrown out, or has left, comes back soon:
those who reset do so about twenty times a second each. Says when all have arrived, ends with its
input, and then says how many connections it had.
"""

import argparse
import asyncio
import json
import random
import socket
import struct
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import uvloop

_DRIP_EVERY_S: Final = 0.5
_AGAIN_EVERY_S: Final = 0.05
_ARRIVE_WITHIN_S: Final = 2.0
_HOLDS_BYTES: Final = 4096
_ASKED_AT_ONCE: Final = 8
"""More than the kernel takes from a server for a client that does not read."""

Rude = Callable[[socket.socket, bytes], Awaitable[None]]


async def slow_head(client: socket.socket, request: bytes) -> None:
    """Send a byte now and then, and never the end."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, request[:-2] + b"A: ")
    while True:
        await asyncio.sleep(_DRIP_EVERY_S)
        await loop.sock_sendall(client, b"a")
        with suppress(BlockingIOError):
            if not client.recv(1):
                return


async def slow_reader(client: socket.socket, request: bytes) -> None:
    """Ask for much, and read next to nothing of it."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, request * _ASKED_AT_ONCE)
    while True:
        await asyncio.sleep(_DRIP_EVERY_S)
        if not await loop.sock_recv(client, 100):
            return


async def reset(client: socket.socket, request: bytes) -> None:
    """Ask, and go without a word."""
    await asyncio.get_running_loop().sock_sendall(client, request)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


_KINDS: Final[tuple[Rude, ...]] = (slow_head, slow_reader, reset)


async def _be_rude(
    kind: Rude, source: str, address: tuple[str, int], request: bytes, done: Counter[str]
) -> None:
    loop = asyncio.get_running_loop()
    await asyncio.sleep(random.uniform(0, _ARRIVE_WITHIN_S))  # noqa: S311 -- no secret
    while True:
        with socket.socket() as client:
            client.setblocking(False)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _HOLDS_BYTES)
            client.bind((source, 0))
            with suppress(OSError):
                await loop.sock_connect(client, address)
                await kind(client, request)
        done[kind.__name__] += 1
        await asyncio.sleep(random.uniform(0.5, 1.5) * _AGAIN_EVERY_S)  # noqa: S311 -- no secret


async def _run(url: str, clients: int) -> None:
    parts = urlsplit(url)
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    address = (str(parts.hostname), parts.port or 80)
    done: Counter[str] = Counter()
    tasks = [
        asyncio.create_task(
            _be_rude(_KINDS[number % len(_KINDS)], f"127.0.2.{number + 1}", address, request, done)
        )
        for number in range(clients)
    ]
    await asyncio.sleep(_ARRIVE_WITHIN_S)
    print(json.dumps({"clients": clients}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(json.dumps(done), flush=True)


def main() -> None:
    """Be rude until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--clients", type=int, required=True)
    asked = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(asked.url, asked.clients))


if __name__ == "__main__":
    main()
