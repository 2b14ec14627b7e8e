"""Whoever uploads: PUTs of so many bytes each, at once, each over its connection. A program.

It prints one JSON object: how long all of them took, and how many were answered with 200.
"""

import argparse
import asyncio
import json
import sys
import time
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

_SOUND: Final = b"RIFF\xff\xff\xff\x7fWAVEfmt " + bytes(range(256)) * 4096


async def _put(host: str, port: int, path: str, key: str, size_bytes: int) -> bool:
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(
        f"PUT {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: audio/wav\r\nContent-Length: {size_bytes}\r\n\r\n".encode()
    )
    left = size_bytes
    with suppress(ConnectionError):  # the answer says why
        while left:
            part = _SOUND if left >= len(_SOUND) else _SOUND[:left]
            writer.write(part)
            await writer.drain()
            left -= len(part)
    status = await reader.read(4096)
    if b" 200 " not in status:
        print(status.decode(), file=sys.stderr)
    writer.close()
    return b" 200 " in status


async def _all(asked: argparse.Namespace) -> dict[str, float]:
    url = urlsplit(asked.url)
    started_s = time.perf_counter()
    done = await asyncio.gather(
        *(
            _put(str(url.hostname), url.port or 80, path, asked.key, asked.bytes)
            for path in asked.paths
        )
    )
    return {"seconds": time.perf_counter() - started_s, "done": sum(done)}


def main() -> None:
    """Send as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("key")
    parser.add_argument("bytes", type=int)
    parser.add_argument("paths", nargs="+")
    print(json.dumps(asyncio.run(_all(parser.parse_args()))))


if __name__ == "__main__":
    main()
