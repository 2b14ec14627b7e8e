"""Requests made from the OpenAPI document, good and bad ones, to a server that runs.

schemathesis goes on after a finding and tells all of them. The long campaign, of every phase, on
both databases, as nobody, a creator and an admin:
``SOUNDBRIDGE_TEST_EXAMPLES=100 pytest tests/functional/api/test_schemathesis.py --timeout 7200``.
``SOUNDBRIDGE_TEST_SEED`` makes other requests.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp.test_utils import TestServer

from origin.app import create_app
from origin.companion.api.endpoint import Answer, Call, Endpoint
from origin.companion.api.models import NoBody, NoQuery, Paged
from origin.companion.composition import Companion
from origin.companion.media import Media
from origin.database.engine import open_database
from tests.functional.api.service import Service, over_sqlite_alone
from tests.functional.supervising import embedded
from tests.servers.postgres import empty
from tests.servers.soundbridge import soundbridge

EXAMPLES: Final = int(os.environ.get("SOUNDBRIDGE_TEST_EXAMPLES", "0"))
SEED: Final = os.environ.get("SOUNDBRIDGE_TEST_SEED", "1")
EVERY_PHASE: Final = "examples,coverage,fuzzing,stateful"
QUICK: Final = {
    ("sqlite", "creator"): "coverage",
    ("postgresql", "admin"): "fuzzing,stateful",
    ("postgresql", None): "fuzzing",
}
FIRST: Final = ("sqlite", "creator")
"""What a newcomer sees of it; the others are asked with all that takes long."""
QUICK_EXAMPLES: Final = 2
UNLIMITED: Final = (
    "--requests-per-client", "--connections-per-client", "--api-requests-per-user",
    "--api-requests-per-address",
)  # fmt: skip
CHECKS: Final = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance", "negative_data_rejection",
    "missing_required_header", "unsupported_method", "allow_header_conformance", "use_after_free",
    "ensure_resource_availability", "ignored_auth", "what_is_valid_is_accepted",
)  # fmt: skip
NOT_AS_SOMEBODY: Final = (
    "streamAssets", "streamAsset",  # they do not end; `test_asset_streams` listens to them
    "eraseMe",  # nobody is left to ask on
    "revokeKey", "rotateKey",  # it finds its own, and would be nobody from there on
)  # fmt: skip
OF_OTHERS: Final = "tus"
"""It makes requests one by one, where what may be said hangs on what was answered before: how many
bytes are there, and whether their number was said. `test_tus_document` holds what is described of
these against answers."""
ROOT: Final = Path(__file__).resolve().parents[3]
HOOKS: Final = "tests.functional.api.schemathesis_hooks"
CASES: Final = [
    pytest.param(
        database,
        role,
        marks=[] if (database, role) == ("sqlite", "creator") else [pytest.mark.long],
    )
    for database in ("sqlite", "postgresql")
    for role in (None, "creator", "admin")
    if EXAMPLES or (database, role) in QUICK
]


@dataclass(frozen=True)
class Served:
    """A server, and the options with which an operator's commands find its database."""

    url: str
    where: tuple[str, ...]

    def key_of(self, role: str) -> str:
        """Make a user, and return a key."""
        self._admin("user", "add", role, "--role", role)
        return self._admin("key", "add", role)

    def _admin(self, *arguments: str) -> str:
        done = soundbridge("admin", *arguments, *self.where)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def served(state: Path, *where: str) -> Iterator[Served]:
    options = [option for name in UNLIMITED for option in (name, "0")]
    options += ["--signing-key", str(state / "signing.pem")]
    assert soundbridge("token", "new-key", state / "signing.pem").returncode == 0
    with embedded(state, state / "log", "--no-packager", *where, *options) as server:
        yield Served(server.url, ("--state", str(state), *where))


@pytest.fixture(scope="module")
def over_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("state")) as server:
        yield server


@pytest.fixture(scope="module")
def over_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str
) -> Iterator[Served]:
    state = tmp_path_factory.mktemp("state")

    async def begin_anew() -> None:
        async with open_database(state, postgres_url) as engine:
            await empty(engine)

    asyncio.run(begin_anew())
    with served(state, "--database", postgres_url) as server:
        yield server


def tried(url: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Let schemathesis ask, with a seed; in a folder, where it leaves what it found."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "--no-color", "run", f"{url}/openapi.json",
        "--continue-on-failure", "--checks", ",".join(CHECKS), "--seed", SEED, "--workers", "1",
        "--generation-database", "none", "--request-timeout", "60", "--warnings", "off", *options,
    ]  # fmt: skip
    environment = os.environ | {"SCHEMATHESIS_HOOKS": HOOKS, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=environment
    )


def how_many(said: str) -> tuple[int, int]:
    """Return how many operations were chosen, and how many of them tried."""
    found = re.search(r"Selected: (\d+)/\d+\n\s+Tested: (\d+)", said)
    assert found is not None, said
    return int(found[1]), int(found[2])


@pytest.mark.long
@pytest.mark.parametrize(("database", "role"), CASES)
def test_nothing_is_found(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, role: str | None
) -> None:
    server: Served = request.getfixturevalue(f"over_{database}")
    phases = EVERY_PHASE if EXAMPLES else QUICK[database, role]
    options = ["--phases", phases, "--max-examples", str(EXAMPLES or QUICK_EXAMPLES)]
    options += ["--exclude-tag", OF_OTHERS]
    key = None if role is None else server.key_of(role)
    if key is not None:
        options += ["--header", f"Authorization: Bearer {key}"]
        for name in NOT_AS_SOMEBODY:
            options += ["--exclude-operation-id", name]
    done = tried(server.url, tmp_path, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    selected, tested = how_many(done.stdout)
    assert tested == selected > 50
    if key is not None:
        assert asked(server.url, "/v1/me", key)["role"] == role


def asked(url: str, path: str, key: str) -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    with urllib.request.urlopen(urllib.request.Request(url + path, headers=headers)) as answer:  # noqa: S310
        return json.loads(answer.read())


def planted(name: str, bad_from: int) -> Endpoint:
    async def handle(call: Call[Paged, NoBody]) -> Answer:
        """Break where a limit is as large as that."""
        if call.query.limit >= bad_from:
            raise RuntimeError("planted")
        return Answer(NoQuery())

    return Endpoint(
        method="GET", path=f"/v1/planted/{name}", name=name, tag="planted", summary="Planted",
        handle=handle, query=Paged, gives=NoQuery,
    )  # fmt: skip


@pytest.mark.long
@over_sqlite_alone
async def test_faults_are_found_and_it_goes_on(service: Service, tmp_path: Path) -> None:
    companion = Companion(service.database, Media(service.store), uploads=service.uploads)
    companion.endpoints = companion.described = [
        planted("always", 0),
        planted("sometimes", 90),
        planted("never", 1000),
    ]
    async with TestServer(create_app(service.store, companion=companion)) as server:
        options = ("--phases", "coverage", "--include-path-regex", "planted")
        url = str(server.make_url("")).rstrip("/")
        done = await asyncio.to_thread(tried, url, tmp_path, *options)
    assert done.returncode == 1
    assert how_many(done.stdout) == (3, 3)
    assert "Server error: 2" in done.stdout, done.stdout
    assert "GET /v1/planted/always" in done.stdout
    assert "GET /v1/planted/sometimes" in done.stdout
