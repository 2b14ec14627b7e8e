"""The program's own process with other deadlines; a head has half a second.

``python -m tests.servers.impatient STORE IDLE_S``: how long a connection at rest may stay.
"""

import sys

from origin.defence.deadlines import Deadlines
from origin.defence.rules import Defence
from origin.service import Service
from origin.serving import serve_here


def _serve(store: str, idle_s: float) -> None:
    defence = Defence(deadlines=Deadlines(head_s=0.5, idle_s=idle_s))
    service = Service((store,), defence=defence)
    serve_here(service, host="127.0.0.1", port=0, on_ready=lambda url: print(url, flush=True))  # noqa: T201 what is waited for


if __name__ == "__main__":
    _serve(sys.argv[1], float(sys.argv[2]))
