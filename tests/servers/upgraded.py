"""A server of another version than its workers, which know one option less."""

import asyncio
import socket
import sys
from dataclasses import dataclass

from origin.supervision.supervisor import NoWorkers, Supervisor

if __name__ == "__main__":

    @dataclass(frozen=True, slots=True)
    class Options:
        """As the supervisor has them."""

        new: bool = True
        required: bool = True

else:

    @dataclass(frozen=True, slots=True)
    class Options:  # type: ignore[no-redef]
        """As workers do, which load this module under another name."""

        required: bool = False


def work(options: Options, _slot: int, _end: socket.socket) -> None:
    """Be a worker that must not come to this."""
    raise AssertionError(options)


def _main() -> None:
    supervisor = Supervisor(work, (Options(),), slots=1, stops_within_s=1.0, retires_within_s=1.0)
    try:
        asyncio.run(supervisor.run(lambda: None))
    except NoWorkers as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main()
