"""An edge that is Varnish, and what an origin says of what may be kept."""

from typing import Final

from cdn.edge.plan import Address, Edge
from tests.servers.scripted import ScriptedOrigin

HOST: Final = "listen.example"


def plan(origin: ScriptedOrigin, **more: object) -> Edge:
    origins = [Address("127.0.0.1", origin.port)]
    return Edge(host=HOST, origins=origins, **more)  # type: ignore[arg-type]


def kept(directives: str = "max-age=60", **more: str) -> dict[str, str]:
    fields = {name.replace("_", "-"): value for name, value in more.items()}
    return {"Cache-Control": directives, "ETag": '"one"'} | fields
