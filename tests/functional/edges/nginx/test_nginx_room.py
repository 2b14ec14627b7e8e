"""Where nginx keeps what: of questions to the API there are any number, and none costs sound."""

from pathlib import Path

import pytest

from cdn.edge.plan import Address, Edge
from tests.functional.edges.asking import ask
from tests.functional.edges.nginx.own import FOREVER, HOST
from tests.functional.supervising import until
from tests.servers.edges.nginx import nginx
from tests.servers.scripted import Said, ScriptedOrigin


@pytest.mark.parametrize("checks_tokens", [False, True], ids=["", "tokens"])
def test_what_the_api_says_is_kept_apart(
    scripted_origin: ScriptedOrigin, tmp_path: Path, *, checks_tokens: bool
) -> None:
    kept = {"/v1/search": "answers", "/openapi.json": "answers", "/media/a/r1/1.jpg": "copies"}
    for path in kept:
        scripted_origin.says[path] = Said(fields=FOREVER)
    origins = [Address("127.0.0.1", scripted_origin.port)]
    plan = Edge(host=HOST, origins=origins, checks_tokens=checks_tokens)
    with nginx(plan, tmp_path / "nginx") as running:
        for path in kept:
            ask(running.url, path)
        until(lambda: len(_found(tmp_path / "nginx" / "cache")) == len(kept))
    assert _found(tmp_path / "nginx" / "cache") == kept


def _found(folder: Path) -> dict[str, str]:
    """Return in which folder there is a copy of what."""
    files = [each for each in folder.glob("*/*/*/*") if each.is_file()]
    keys = (each.read_bytes().partition(b"KEY: ")[2].split(b" ", 1)[0].decode() for each in files)
    return {key: each.relative_to(folder).parts[0] for key, each in zip(keys, files, strict=True)}
