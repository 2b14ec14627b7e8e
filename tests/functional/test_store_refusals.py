"""What is said where a store is not there, refuses, or cannot be reached."""

from pathlib import Path

import obstore
import pytest
from click.testing import CliRunner
from obstore.exceptions import BaseError
from obstore.store import S3Store

from origin.cli import main
from packager.publishing.reasons import reason
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import Fault
from tests.servers.seaweedfs import Bucket


def refused(store: S3Store) -> str:
    with pytest.raises(BaseError) as raised:
        list(obstore.list(store))
    return reason(raised.value)


def impatient(bucket: str, endpoint: str) -> S3Store:
    return S3Store(
        bucket,
        endpoint=endpoint,
        region="us-east-1",
        access_key_id="any",
        secret_access_key="any",  # noqa: S106 any will do
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )


@pytest.mark.parametrize("command", ["gc", "package", "enqueue"])
def test_a_missing_bucket_is_a_sentence(
    s3: Bucket, tmp_path: Path, music: Path, command: str
) -> None:
    arguments = {
        "gc": ("s3://missing",),
        "package": (str(music), "s3://missing"),
        "enqueue": (str(music), "--upload-to", "s3://missing", "--state", str(tmp_path)),
    }
    done = CliRunner().invoke(main, [command, *arguments[command]], env=s3.environment)
    assert done.exit_code == 1
    assert "`soundbridge bucket " in done.stderr
    assert "<" not in done.stderr


def test_a_server_that_cannot_be_reached_is_named(unused_tcp_port: int) -> None:
    endpoint = f"http://127.0.0.1:{unused_tcp_port}"
    assert refused(impatient("audio", endpoint)).startswith(f"{endpoint} cannot be reached")


def test_what_else_a_server_says_is_its_code(s3: Bucket) -> None:
    with fault_proxy(s3, lambda _request: Fault.INTERNAL_ERROR) as proxy:
        said = refused(impatient("audio", proxy.bucket.endpoint))
    assert said.endswith("(InternalError)")
    assert "<" not in said
