"""The public tests for HTTP caches (cache-tests.fyi), asked of edges in front of their own origin.

They are asked at addresses of two routes: of the API's, and of what is below ``/media``. What a
cache may not do, ours does not, but for what is named here. Of what it could do better or may, what
we rely on is asked for.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from cdn.edge.plan import Address, Edge
from tests.functional.edges.kinds import CACHING, KINDS
from tests.servers.edges.running import ended
from tests.servers.npm_package import NODE, unpacked
from tests.servers.seaweedfs import free_ports
from tests.sources.made_once import made_once

pytestmark = pytest.mark.long

PINNED: Final = "http-cache-tests@0.4.5"
SHA512: Final = (
    "DjuwN9nUZXLTW+wav1LRESCZNVxl8SshwOy4z1pxuWbWt5/ay6sM9QQ1lebBaDO6P1IMBoK6mdf+PuVP/QNL8A=="
)
HERE: Final = Path(__file__).with_name("cache_tests")
TIMEOUT_S: Final = 120
RELIED_ON: Final = frozenset(
    {
        "cc-resp-must-revalidate-fresh", "conditional-etag-strong-generate",
        "conditional-etag-strong-respond", "conditional-etag-strong-respond-multiple-last",
        "freshness-max-age", "freshness-max-age-expires", "freshness-max-age-max",
        "freshness-max-age-s-maxage-shared-shorter", "partial-store-complete-reuse-partial",
        "partial-store-complete-reuse-partial-no-last",
        "partial-store-complete-reuse-partial-suffix", "stale-sie-503", "stale-sie-close",
        "status-200-fresh", "status-301-fresh", "status-404-fresh", "status-410-fresh",
    }
)  # fmt: skip
"""What a cache may do, and ours has to."""
SUITES: Final = (
    "cc-freshness", "cc-parse", "cc-response", "stale", "status", "vary", "vary-parse",
    "conditional-inm", "partial", "auth", "headers",
)  # fmt: skip
ERRORS: Final = frozenset(
    {
        "stale-close-must-revalidate", "stale-close-proxy-revalidate", "stale-close-no-cache",
        "stale-close-s-maxage=2",
    }
)  # fmt: skip
"""Taken for copies by the tests, as no origin has said them: errors of the edge's own."""
NEVER_SAID: Final = {
    "nginx": frozenset(
        {
            "freshness-max-age-age",  # an origin with an Age: there is no cache in front of ours
            "status-599-must-understand",
            "vary-syntax-empty-star-lines",
            "headers-omit-headers-listed-in-Connection",
            "headers-store-Set-Cookie",  # what sets a cookie is not kept
        }
    ),
    "varnish": frozenset(
        {
            "headers-store-Content-Range",  # of a 200, and a coding of transfers that is none
            "headers-store-Transfer-Encoding",
            "headers-store-Set-Cookie",
        }
    ),
}
"""What our origin says in no answer."""
NOT_LOOKED_AT: Final = {
    "nginx": frozenset(
        {
            "conditional-etag-precedence",  # both conditions have to hold: more is sent, not less
            "conditional-etag-vary-headers",  # what varies by what is in no key is not kept
        }
    ),
    "varnish": frozenset(
        {"status-500-stale", "status-502-stale", "status-503-stale", "status-504-stale"}
    ),  # an origin that fails is asked once more, or another one is
}
WITHOUT_CREDENTIALS: Final = frozenset({"other-authorization"})
"""Below ``/media``, nobody is asked who they are, and nobody is told to the origin."""


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def download(folder: Path) -> None:
        unpacked(PINNED, SHA512, folder)

    return made_once(tmp_path_factory, "cache-tests", download) / "package"


@contextmanager
def its_origin(package: Path, folder: Path) -> Iterator[int]:
    """Run the tests' own origin on a free port."""
    (port,) = free_ports(1)
    told = {"protocol": "http", "port": str(port), "pidfile": str(folder / "pid")}
    environment = os.environ | {f"npm_config_{name}": value for name, value in told.items()}
    program = [NODE, "--require", str(HERE / "origin.cjs"), "server/server.mjs"]
    with ended(program, port, cwd=package, env=environment, stdout=subprocess.DEVNULL):
        yield port


def asked(package: Path, url: str) -> list[dict[str, Any]]:
    """Ask all suites of the server at a URL."""
    program = [NODE, str(HERE / "run.mjs"), str(package), url, *SUITES]
    done = subprocess.run(program, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("below", ["/v1", "/media"])
@pytest.mark.parametrize("kind", CACHING)
def test_what_a_cache_may_not_do_it_does_not(
    kind: str, below: str, package: Path, tmp_path: Path
) -> None:
    with its_origin(package, tmp_path) as port:
        edge = Edge(host="listen.example", origins=[Address("127.0.0.1", port)])
        with KINDS[kind](edge, tmp_path / kind) as running:
            found = asked(package, f"{running.url}{below}")
    assert {each["suite"] for each in found} == set(SUITES)
    assert {each["id"] for each in found} > RELIED_ON
    known = ERRORS | NEVER_SAID[kind] | NOT_LOOKED_AT[kind]
    known |= WITHOUT_CREDENTIALS if below == "/media" else frozenset()
    wrong = {
        each["id"]: each["result"]
        for each in found
        if each["result"] is not True
        and (each["kind"] == "required" or each["id"] in RELIED_ON)
        and each["id"] not in known
    }
    assert wrong == {}
