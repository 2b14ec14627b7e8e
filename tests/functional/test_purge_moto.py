"""CloudFront as moto has it: what is created can be read back as it was meant."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiobotocore.session import get_session  # type: ignore[import-untyped] # it has none
from moto.server import ThreadedMotoServer

from cdn.errors import PurgerClosed
from cdn.purge.address import Address
from cdn.purge.batch import Batch
from cdn.purge.credentials import Credentials
from cdn.purge.opening import open_purgers
from cdn.purge.target import By
from tests.servers.seaweedfs import free_ports


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    (port,) = free_ports(1)
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
async def client(moto: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    session = get_session()
    async with session.create_client("cloudfront", "us-east-1", endpoint_url=moto) as client:
        yield client


async def distribution(client: Any) -> str:
    made = await client.create_distribution(
        DistributionConfig={
            "CallerReference": "ours",
            "Comment": "",
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "origin",
                        "DomainName": "origin.example",
                        "CustomOriginConfig": {
                            "HTTPPort": 80,
                            "HTTPSPort": 443,
                            "OriginProtocolPolicy": "https-only",
                        },
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "origin",
                "ViewerProtocolPolicy": "redirect-to-https",
            },
        }
    )
    return str(made["Distribution"]["Id"])


async def test_an_invalidation_has_all_items_and_a_reference_of_its_own(
    client: Any, moto: str
) -> None:
    where = await distribution(client)
    address = Address.parse(f"cloudfront://{where}?endpoint={moto}")
    batch = Batch(By.TAG, soft=False, values=("asset-1", "asset-2"))
    async with open_purgers([address], Credentials()) as purgers:
        for _ in range(2):
            await purgers[address.name].send(batch)
        await purgers[address.name].send(Batch(By.PREFIX, soft=False, values=("/media/a1/",)))
    listed = await client.list_invalidations(DistributionId=where)
    items, references = [], set()
    for each in listed["InvalidationList"]["Items"]:
        found = await client.get_invalidation(DistributionId=where, Id=each["Id"])
        made = found["Invalidation"]["InvalidationBatch"]
        items.append(made["Paths"]["Items"])
        references.add(made["CallerReference"])
    assert sorted(items) == [["#asset-1", "#asset-2"]] * 2 + [["/media/a1/*"]]
    assert len(references) == 3


async def test_a_distribution_that_is_not_there(client: Any, moto: str) -> None:
    del client
    address = Address.parse(f"cloudfront://E0000000?endpoint={moto}")
    async with open_purgers([address], Credentials()) as purgers:
        with pytest.raises(PurgerClosed, match="NoSuchDistribution"):
            await purgers[address.name].send(Batch(By.TAG, soft=False, values=("asset-1",)))
