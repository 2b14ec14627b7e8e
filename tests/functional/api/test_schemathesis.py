"""What schemathesis finds, which asks all that the document allows, and much that it does not.

It asks as nobody, as a creator and as an admin, over both databases, and goes on after a finding.

The long campaign: ``SOUNDBRIDGE_TEST_EXAMPLES=100 pytest -m "long or not long" --timeout 3600
tests/functional/api/test_schemathesis.py``. ``SOUNDBRIDGE_TEST_SEED`` makes other examples.
"""

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import BaseTestServer, TestServer

from origin.app import create_app
from origin.companion.api.endpoint import Answer, Call, Endpoint
from origin.companion.composition import Companion
from origin.companion.identity.principal import Role
from origin.companion.media import Media
from tests.functional.api.service import Service, User, over_sqlite_alone

EXAMPLES = os.environ.get("SOUNDBRIDGE_TEST_EXAMPLES", "2")
SEED = os.environ.get("SOUNDBRIDGE_TEST_SEED", "1")
PHASES = "examples,coverage,fuzzing" + (",stateful" if int(EXAMPLES) > 2 else "")

HOOKS = "tests.functional.api.octets"

ENDLESS = ("streamAssets", "streamAsset")
"""Streams of events, which do not end by themselves."""
OF_TUS = r"(?i)tus"
OF_OWN_END = "eraseMe"
"""It would be the end of whoever asks."""
CHECKS_OF_TUS = "missing_required_header,negative_data_rejection"
"""tus 1.0 wants 412 where its version is missing, and schemathesis another status."""
RULES_OF_NO_SCHEMA = "positive_data_acceptance"
"""A cursor that is none, fields that do not go together: a schema cannot say what is refused."""


async def schemathesis(server: BaseTestServer, by: User | None, folder: Path, *options: str) -> str:
    """Run it, and return what it found; nothing where that is nothing."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(server.make_url("/openapi.json"))),
        *("--checks", "all", "--continue-on-failure", "--no-shrink", "--seed", SEED),
        *("--max-examples", EXAMPLES, "--phases", PHASES, "--request-timeout", "20"),
        *("--exclude-operation-id", OF_OWN_END),
        *(word for name in ENDLESS for word in ("--exclude-operation-id", name)),
        *options,
    ]
    if by is not None:
        command += ["--header", f"Authorization: {by.headers['Authorization']}"]
    program = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=os.environ | {"SCHEMATHESIS_HOOKS": HOOKS, "PYTHONPATH": str(Path.cwd())},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await program.communicate())[0].decode()
    assert re.search(r"\d+ generated", said), said
    return "" if program.returncode == 0 else said


@pytest.mark.parametrize(
    "role",
    [Role.CREATOR, *(pytest.param(role, marks=pytest.mark.long) for role in (None, Role.ADMIN))],
)
async def test_it_finds_nothing(service: Service, tmp_path: Path, role: Role | None) -> None:
    by = None if role is None else await service.user(role)
    server = service.client.server
    without_tus = ("--exclude-checks", RULES_OF_NO_SCHEMA, "--exclude-operation-id-regex", OF_TUS)
    assert not await schemathesis(server, by, tmp_path, *without_tus)
    checks = f"{RULES_OF_NO_SCHEMA},{CHECKS_OF_TUS}"
    of_tus = ("--exclude-checks", checks, "--include-operation-id-regex", OF_TUS)
    assert not await schemathesis(server, by, tmp_path, *of_tus)


@over_sqlite_alone
async def test_it_sees_an_error_of_ours(service: Service, tmp_path: Path) -> None:
    async def fail(call: Call[Any, Any]) -> Answer:
        raise RuntimeError(call.request.path)

    companion = Companion(service.database, Media(service.store), uploads=service.uploads)
    planted = Endpoint(
        method="GET", path="/v1/planted", name="planted", summary="Fail", tag="t", handle=fail
    )
    companion.endpoints = [*companion.endpoints, planted]
    async with TestServer(create_app(service.store, companion=companion)) as server:
        found = await schemathesis(
            server, None, tmp_path, "--include-path-regex", "/v1/(planted|search)"
        )
    assert "GET /v1/planted" in found
    assert "Server error" in found
    generated = re.search(r"(\d+) generated", found)
    assert generated, found
    assert int(generated[1]) > 20, "it did not go on"
