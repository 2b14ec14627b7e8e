"""A server whose workers are of no use: ``python -m tests.servers.odd_workers KIND SLOTS``."""

import asyncio
import json
import os
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from origin.supervision import process
from origin.supervision import supervisor as limits
from origin.supervision.channel import PREPARING, READY
from origin.supervision.kept import Kept
from origin.supervision.supervisor import NoWorkers, Supervisor


def fail(slot: int, _end: socket.socket) -> None:
    """Be a worker that cannot."""
    raise RuntimeError(f"a fault that is there to stay, in slot {slot}")


def hang(_slot: int, end: socket.socket) -> None:
    """Be a worker that says that it is ready, and then nothing."""
    end.sendall(json.dumps({"kind": READY}).encode() + b"\n")
    threading.Event().wait()


def babble(_slot: int, end: socket.socket) -> None:
    """Be a worker that says that it is ready, and then nothing that makes sense."""
    for said in ({"kind": READY}, {"sort": 7}):
        end.sendall(json.dumps(said).encode() + b"\n")
    threading.Event().wait()


def mute(_slot: int, _end: socket.socket) -> None:
    """Be a worker that says nothing at all."""
    threading.Event().wait()


def dawdle(_slot: int, end: socket.socket) -> None:
    """Be a worker that asks for patience, and is never ready."""
    while True:
        end.sendall(json.dumps({"kind": PREPARING}).encode() + b"\n")
        time.sleep(0.1)


def unborn(_slot: int, _end: socket.socket) -> None:
    """Be a worker that cannot even be started."""


def begin_beside(_slot: int, _end: socket.socket) -> None:
    """Be what is kept beside the workers."""
    print("begun beside", file=sys.stderr, flush=True)  # noqa: T201
    threading.Event().wait()


async def _without_descriptors(supervisor: Supervisor) -> None:
    """Run where no process can be started, since none of the pipes to it can be had."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    with suppress(OSError):
        while True:
            os.dup(0)
    await supervisor.run(lambda: print("served", flush=True))  # noqa: T201


def _main(work: Callable[[int, socket.socket], None], slots: int) -> None:
    if work in {mute, dawdle}:
        limits.START_TIMEOUT_S, process.PREPARES_WITHIN_S = 3.0, 6.0  # type: ignore[misc]
    beside = Kept("beside", begin_beside, (), ends_within_s=1.0)
    supervisor = Supervisor(
        work,
        (),
        slots=slots,
        stops_within_s=1.0,
        retires_within_s=1.0,
        silent_s=0.5,
        beside=beside,
    )
    try:
        if work is unborn:
            asyncio.run(_without_descriptors(supervisor))
        else:
            asyncio.run(supervisor.run(lambda: print("served", flush=True)))  # noqa: T201
    except NoWorkers as error:
        sys.exit(str(error))


if __name__ == "__main__":
    kinds = {work.__name__: work for work in (fail, hang, babble, mute, dawdle, unborn)}
    _main(kinds[sys.argv[1]], int(sys.argv[2]))
