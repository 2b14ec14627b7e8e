"""`soundbridge bucket` against SeaweedFS, and against servers that know less."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from urllib.error import HTTPError
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import obstore
import pytest
from click.testing import CliRunner, Result

from origin.bucket.connection import connect
from origin.cli import main
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import Fault, Request
from tests.servers.seaweedfs import Bucket


def bucket(environment: Mapping[str, str], command: str, url: str, *more: str) -> Result:
    return CliRunner().invoke(main, ["bucket", command, url, *more], env=environment)


def put_bucket(s3: Bucket, name: str, **rules: object) -> None:
    """Make a bucket, whose owner may have CORS rules."""

    async def run() -> None:
        async with connect() as client:
            await client.create_bucket(Bucket=name)
            if rules:
                cors = {"CORSRules": [rules]}
                await client.put_bucket_cors(Bucket=name, CORSConfiguration=cors)

    with pytest.MonkeyPatch.context() as patched:
        for variable, value in s3.environment.items():
            patched.setenv(variable, value)
        asyncio.run(run())


def test_a_bucket_is_made_once_and_is_then_ready(s3: Bucket) -> None:
    missing = bucket(s3.environment, "check", "s3://new-one/audio")
    assert (missing.exit_code, missing.stdout) == (1, "There is no bucket new-one.\n")

    made = bucket(s3.environment, "setup", "s3://new-one/audio")
    assert made.exit_code == 0, made.stderr
    assert made.stdout.splitlines() == [
        "Made the bucket new-one.",
        "Let players on other sites read it (CORS).",
        "Had multipart uploads aborted that are 2 days old.",
        "The bucket new-one is ready.",
    ]
    for command in ("setup", "check"):
        again = bucket(s3.environment, command, "s3://new-one/audio")
        assert (again.exit_code, again.stdout) == (0, "The bucket new-one is ready.\n")


def test_a_bucket_that_is_there_is_completed(s3: Bucket) -> None:
    put_bucket(s3, "there")
    lacks = bucket(s3.environment, "check", "s3://there")
    assert lacks.exit_code == 1
    assert lacks.stdout.count("CORS") == 2
    assert "No lifecycle rule aborts multipart uploads" in lacks.stdout
    assert bucket(s3.environment, "setup", "s3://there").exit_code == 0

    obstore.put(replace(s3, name="there").store(), "media/x", b"sound")
    request = HttpRequest(  # noqa: S310 our own server
        f"{s3.endpoint}/there/media/x", headers={"Origin": "https://elsewhere.example"}
    )
    try:
        with urlopen(request, timeout=10) as response:  # noqa: S310 our own server
            headers = response.headers
    except HTTPError as refused:  # it wants a signature, and says as much to other sites
        headers = refused.headers
    assert headers["Access-Control-Allow-Origin"] in {"*", "https://elsewhere.example"}
    assert "Content-Range" in headers["Access-Control-Expose-Headers"]


def test_a_bucket_closed_to_other_sites_is_opened_only_when_told(s3: Bucket) -> None:
    site = "https://app.example"
    put_bucket(s3, "closed", AllowedOrigins=[site], AllowedMethods=["GET"], ID="app")
    kept = bucket(s3.environment, "setup", "s3://closed")
    assert kept.exit_code == 1
    assert f"lets only {site} in" in kept.stdout
    assert "Let players on other sites read it" not in kept.stdout
    told = bucket(s3.environment, "setup", "s3://closed", "--any-origin")
    assert (told.exit_code, told.stdout.splitlines()) == (
        0,
        ["Let players on other sites read it (CORS).", "The bucket closed is ready."],
    )


def preflight(s3: Bucket, name: str, origin: str, method: str = "PUT") -> bool:
    """Ask as a browser does before it PUTs a part; tell whether it would."""
    part = f"{s3.environment['AWS_ENDPOINT_URL']}/{name}/part"
    request = HttpRequest(part, method="OPTIONS")  # noqa: S310 http on loopback
    request.add_header("Origin", origin)
    request.add_header("Access-Control-Request-Method", method)
    request.add_header("Access-Control-Request-Headers", "content-type")
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            allowed = answer.headers
    except HTTPError:
        return False
    is_of_site = allowed["Access-Control-Allow-Origin"] in {origin, "*"}
    return is_of_site and method in (allowed["Access-Control-Allow-Methods"] or "")


def test_pages_of_a_site_are_let_upload(s3: Bucket) -> None:
    url, one, other = "s3://uploads/audio", "https://app.example", "https://other.example"
    assert bucket(s3.environment, "setup", url).exit_code == 0
    assert not preflight(s3, "uploads", one)
    lacks = bucket(s3.environment, "check", url, "--upload-origin", one)
    assert lacks.exit_code == 1
    said = f"No CORS rule lets pages of {one} PUT parts of uploads into the bucket."
    assert lacks.stdout.splitlines() == [said]

    made = bucket(s3.environment, "setup", url, "--upload-origin", one)
    assert made.stdout.splitlines()[0] == f"Let pages of {one} upload into it (CORS)."
    assert preflight(s3, "uploads", one)
    assert not preflight(s3, "uploads", other)
    assert bucket(s3.environment, "setup", url, "--upload-origin", other).exit_code == 0
    assert preflight(s3, "uploads", one)
    assert preflight(s3, "uploads", other)
    for origin in (one, other):
        again = bucket(s3.environment, "setup", url, "--upload-origin", origin)
        assert again.stdout == "The bucket uploads is ready.\n"
    assert not preflight(s3, "uploads", "https://third.example")
    for origin in (one, other, "https://third.example"):
        assert preflight(s3, "uploads", origin, "GET"), "who uploads plays, too"


def test_stores_in_two_folders_of_a_bucket_are_both_ready(s3: Bucket) -> None:
    for folder in ("one", "two"):
        assert bucket(s3.environment, "setup", f"s3://shared/{folder}").exit_code == 0
    for folder in ("one", "two"):
        assert bucket(s3.environment, "check", f"s3://shared/{folder}").exit_code == 0


def test_a_server_that_does_not_know_the_rules_is_told_of(s3: Bucket) -> None:
    def plan(request: Request) -> Fault | None:
        is_rule = request.target.endswith(("?cors", "?lifecycle"))
        return Fault.NOT_IMPLEMENTED if is_rule else None

    with fault_proxy(s3, plan) as proxy:
        for command in ("check", "setup"):
            done = bucket(proxy.bucket.environment, command, "s3://audio")
            assert done.exit_code == 1
            assert "does not know CORS rules (NotImplemented)" in done.stdout
            assert "does not know lifecycle rules (NotImplemented)" in done.stdout


@pytest.mark.long
def test_passing_faults_are_tried_again(s3: Bucket) -> None:
    requests = iter([Fault.INTERNAL_ERROR, Fault.RESET_AT_ONCE, Fault.SLOW_DOWN])
    with fault_proxy(s3, lambda _request: next(requests, None)) as proxy:
        made = bucket(proxy.bucket.environment, "setup", "s3://patient")
    assert made.exit_code == 0, made.stderr


@pytest.mark.long
def test_what_cannot_be_done_is_a_sentence(s3: Bucket, unused_tcp_port: int) -> None:
    nobody = {**s3.environment, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{unused_tcp_port}"}
    no_keys = {
        **s3.environment,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "HOME": "/nowhere",
    }
    for environment, url, said in (
        (nobody, "s3://audio", "Check AWS_ENDPOINT_URL"),
        (s3.environment, "gs://audio", "is not the URL of a bucket"),
        (s3.environment, "s3://B!", "Invalid bucket name"),
        (no_keys, "s3://audio", "There are no credentials"),
    ):
        done = bucket(environment, "check", url)
        assert done.exit_code == 1
        assert said in done.stderr
