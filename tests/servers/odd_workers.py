"""A server whose workers end at once: ``python -m tests.servers.odd_workers SLOTS``."""

import asyncio
import socket
import sys

from origin.supervision.supervisor import NoWorkers, Supervisor


def fail(slot: int, _end: socket.socket) -> None:
    """Be a worker that cannot."""
    raise RuntimeError(f"a fault that is there to stay, in slot {slot}")


def _main() -> None:
    supervisor = Supervisor(fail, (), slots=int(sys.argv[1]), ends_within_s=1.0)
    try:
        asyncio.run(supervisor.run(lambda: print("served")))  # noqa: T201
    except NoWorkers as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main()
