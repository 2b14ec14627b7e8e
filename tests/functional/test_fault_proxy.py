"""The proxy that spoils requests is no source of failures itself: it ends with all it began."""

import gc
import socket
import warnings
from contextlib import ExitStack

import pytest

from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import Fault, Plan, always, reads
from tests.servers.seaweedfs import Bucket

CLIENTS = 20
REQUEST = b"GET /audio/large HTTP/1.1\r\nHost: x\r\n\r\n"
PLANS: dict[str, Plan] = {
    "passing on": lambda _: None,
    "slow": always(Fault.SLOW_BODY, reads),
    "stalled": always(Fault.STALLED, reads),
}


@pytest.fixture(scope="module")
def bucket(s3: Bucket) -> Bucket:
    s3.store().put("large", bytes(3_000_000))
    return s3


@pytest.mark.long_unless("stalled")
@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_a_proxy_leaves_no_connection_open(bucket: Bucket, plan: Plan) -> None:
    """Some clients have said nothing yet when it ends, and some read nothing of a long answer."""
    with warnings.catch_warnings(record=True) as unclosed, ExitStack() as opened:
        warnings.simplefilter("always", ResourceWarning)
        for _ in range(5):
            with fault_proxy(bucket, plan) as proxy:
                port = int(proxy.bucket.endpoint.rpartition(":")[2])
                for number in range(CLIENTS):
                    client = socket.create_connection(("127.0.0.1", port))
                    opened.enter_context(client).sendall(REQUEST[: number * 4])
        gc.collect()
    assert [str(each.message) for each in unclosed] == []
