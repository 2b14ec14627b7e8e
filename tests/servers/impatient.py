"""The program's own process, less patient than it is: serves the store that it is told."""

import sys

from origin.defence.deadlines import Deadlines
from origin.defence.guard import Defence
from origin.service import Service
from origin.serving import serve_here

IDLE_S = 2.0


def _serve(store: str) -> None:
    defence = Defence(deadlines=Deadlines(head_s=0.5, idle_s=IDLE_S))
    service = Service((store,), defence=defence)
    serve_here(service, host="127.0.0.1", port=0, on_ready=lambda url: print(url, flush=True))  # noqa: T201 what is waited for


if __name__ == "__main__":
    _serve(sys.argv[1])
