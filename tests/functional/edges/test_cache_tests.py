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
    "cc-freshness", "cc-parse", "cc-response", "stale", "status", "heuristic", "vary", "vary-parse",
    "conditional-lm", "conditional-inm", "update304", "partial", "auth", "headers", "invalidation",
    "other",
)  # fmt: skip
"""Those that ask what may not be done with what our origin says: it says no ``Expires``."""
STALE: Final = (
    "stale-close-must-revalidate", "stale-close-proxy-revalidate", "stale-close-no-cache",
    "stale-close-s-maxage=2",
)  # fmt: skip
"""The tests take for copies also errors of the edge's own, as no origin has said them; nginx gives
what plays, and only that, in spite of such words, which nothing that plays says (without
``stale-if-error``): `test_cache_control` tells these from each other."""
LOCATIONS: Final = tuple(
    f"invalidate-{method}-{where}"
    for method in ("POST", "PUT", "DELETE", "M-SEARCH")
    for where in ("location", "cl")
)
"""What a change names may be dropped, and need not be (RFC 9111 §4.4)."""
OF_THE_API_ALONE: Final = ("invalidate-",)
"""Nobody changes anything below ``/media``."""
NOT_BY_PATH: Final = ("other-authorization", "query-args-different")
"""Below ``/media``, neither who asks counts, nor what else: no origin is told of that."""
NEVER_SAID: Final = {
    "nginx": (
        "status-599-must-understand",
        "vary-syntax-empty-star-lines",
        "headers-omit-headers-listed-in-Connection",
        "headers-store-Set-Cookie",  # what sets a cookie is not kept
    ),
    "varnish": (
        "headers-store-Content-Range",  # of a 200, and a coding of transfers that is none
        "headers-store-Transfer-Encoding",
        "headers-store-Set-Cookie",
        # another tag, or content, of what is the same as before
        *(f"304-etag-update-response-{name}" for name in ("ETag", "Content-MD5", "Content-Range")),
        "304-etag-update-response-Set-Cookie",
    ),
}
"""What our origin says in no answer."""
NOT_LOOKED_AT: Final = {
    "nginx": (
        "conditional-etag-precedence",  # both conditions have to hold: more is sent, not less
        "conditional-etag-vary-headers",  # what varies by what is in no key is not kept
    ),
    # An origin that fails is asked once more, or another one is.
    "varnish": tuple(
        name
        for status in (500, 502, 503, 504)
        for name in (f"status-{status}-stale", f"heuristic-{status}-not_cached")
    ),
}
CANNOT: Final = {
    "nginx": (
        "304-etag-update-response-",  # a copy's fields stay as they are: none of ours changes alone
        "invalidate-",
        "other-age-",
    ),
    "varnish": (),
}
"""What a cache has to do, and nginx does not know how to; ``cdn/README.md`` says so."""
AGE_OF_WHAT_PLAYS: Final = {"nginx": ("freshness-max-age-age",), "varnish": ()}
"""Kept for as long as if it were new: the origin says an ``Age`` while its store is down."""


def is_known(kind: str, below: str, test: str) -> bool:
    """Tell whether a test is failed for one of the reasons above; a name may be a beginning."""
    known = (*STALE, *LOCATIONS, *NEVER_SAID[kind], *NOT_LOOKED_AT[kind], *CANNOT[kind])
    if below == "/media":
        known += (*OF_THE_API_ALONE, *NOT_BY_PATH, *AGE_OF_WHAT_PLAYS[kind])
    return any(test == each or (each.endswith("-") and test.startswith(each)) for each in known)


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
    wrong = {
        each["id"]: each["result"]
        for each in found
        if each["result"] is not True
        and (each["kind"] == "required" or each["id"] in RELIED_ON)
        and not is_known(kind, below, each["id"])
    }
    assert wrong == {}
