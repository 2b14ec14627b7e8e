"""Each CDN is asked as its vendor documents it, and what it answers is understood."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientTimeout

from cdn.errors import PurgeDelayed, PurgerClosed, PurgeRefused, PurgerUnreachable
from cdn.purge.address import Address
from cdn.purge.batch import Batch
from cdn.purge.credentials import Credentials
from cdn.purge.opening import open_purgers
from cdn.purge.purger import Purger
from cdn.purge.sending import drop
from cdn.purge.target import TAG_OF_NOTHING, By, Target
from tests.servers.purged.cloudflare import CloudflareApi
from tests.servers.purged.cloudfront import CloudFrontApi
from tests.servers.purged.fastly import FastlyApi
from tests.servers.purged.vendor import TOKEN, Request, Vendor

CREDENTIALS = Credentials(TOKEN, TOKEN, None)
PUBLIC = "https://radio.example"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that AWS's client finds, and no others."""
    for name, value in (("ACCESS_KEY_ID", "AKIA"), ("SECRET_ACCESS_KEY", "s3cret")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
async def fastly() -> AsyncIterator[FastlyApi]:
    async with FastlyApi().running() as api:
        yield api


@pytest.fixture
async def cloudflare() -> AsyncIterator[CloudflareApi]:
    async with CloudflareApi().running() as api:
        yield api


@pytest.fixture
async def cloudfront() -> AsyncIterator[CloudFrontApi]:
    async with CloudFrontApi().running() as api:
        yield api


async def purge(
    vendor: FastlyApi | CloudflareApi | CloudFrontApi,
    *batches: Batch,
    credentials: Credentials = CREDENTIALS,
    url: str = "",
) -> None:
    address = Address.parse(url or vendor.purger)
    async with open_purgers([address], credentials, PUBLIC) as purgers:
        for batch in batches:
            await purgers[address.name].send(batch)


def tags(count: int, *, soft: bool = False) -> Batch:
    return Batch(By.TAG, soft, tuple(f"asset-{number}" for number in range(count)))


async def test_fastly_drops_keys_and_urls_softly_or_not(fastly: FastlyApi) -> None:
    path = Batch(By.PATH, soft=True, values=("/song.m3u8", "https://other.example/a?b=c"))
    await purge(fastly, tags(256, soft=True), tags(1), path)
    assert fastly.take() == [
        Request("tag", tags(256).values, soft=True),
        Request("tag", ("asset-0",)),
        Request("path", ("radio.example/song.m3u8",), soft=True),
        Request("path", ("other.example/a?b=c",), soft=True),
    ]
    assert fastly.wrong == []


async def test_cloudflare_drops_tags_prefixes_and_files(cloudflare: CloudflareApi) -> None:
    await purge(
        cloudflare,
        tags(100),
        Batch(By.PREFIX, soft=False, values=("/media/a1/",)),
        Batch(By.PATH, soft=False, values=("/song.m3u8", "http://x.example/y")),
    )
    assert cloudflare.take() == [
        Request("tag", tags(100).values),
        Request("prefix", ("radio.example/media/a1/",)),
        Request("path", ("https://radio.example/song.m3u8", "http://x.example/y")),
    ]
    assert cloudflare.wrong == []


async def test_cloudfront_drops_tags_wildcards_and_paths(cloudfront: CloudFrontApi) -> None:
    await purge(
        cloudfront,
        tags(3),
        Batch(By.PREFIX, soft=False, values=("/media/a1/", f"{PUBLIC}/growing/a1/")),
        Batch(By.PATH, soft=False, values=("/song.m3u8",)),
    )
    assert cloudfront.take() == [
        Request("item", ("#asset-0", "#asset-1", "#asset-2")),
        Request("item", ("/media/a1/*", "/growing/a1/*")),
        Request("item", ("/song.m3u8",)),
    ]
    assert cloudfront.wrong == []


async def test_no_more_than_cloudfront_takes_is_in_progress(cloudfront: CloudFrontApi) -> None:
    with pytest.raises(PurgeDelayed, match="3000 paths") as caught:
        await purge(cloudfront, *[tags(1_000)] * 3, tags(1))
    assert caught.value.pause_s > 0
    assert cloudfront.throttled == 0, "it is counted, and not tried"
    wildcards = Batch(By.PREFIX, soft=False, values=tuple(f"/media/{n}/" for n in range(15)))
    await purge(cloudfront, wildcards)
    with pytest.raises(PurgeDelayed, match="15 wildcards"):
        await purge(cloudfront, wildcards)
    cloudfront.finish()
    await purge(cloudfront, tags(1_000), wildcards)
    assert cloudfront.wrong == []


async def test_many_small_invalidations_are_counted_over_pages(cloudfront: CloudFrontApi) -> None:
    cloudfront.in_progress = {f"I{n:05}": [f"/{n}"] for n in range(2_001, 2_251)}
    cloudfront.done = {f"I{n:05}": [f"/{n}"] for n in range(1_000, 2_000)}
    cloudfront.in_progress["I03000"] = [f"/{n}" for n in range(2_700)]
    with pytest.raises(PurgeDelayed, match="2950 paths"):
        await purge(cloudfront, tags(51))
    await purge(cloudfront, tags(50))


async def test_that_it_is_too_much_is_understood_where_it_was_not_counted(
    cloudfront: CloudFrontApi,
) -> None:
    """Somebody else was quicker: what is listed does not have theirs yet."""
    cloudfront.in_progress["unlisted"] = [f"/{n}" for n in range(3_000)]
    cloudfront.hides.add("unlisted")
    with pytest.raises(PurgeDelayed, match="TooManyInvalidationsInProgress"):
        await purge(cloudfront, tags(1))


async def test_wrong_credentials_and_ids_are_somebodys_to_set_right(
    fastly: FastlyApi, cloudflare: CloudflareApi, cloudfront: CloudFrontApi
) -> None:
    wrong = Credentials("wrong", "wrong", None)
    for vendor in (fastly, cloudflare):
        with pytest.raises(PurgerClosed) as caught:
            await purge(vendor, tags(1), credentials=wrong)
        assert "wrong" not in str(caught.value)
    for vendor, place in ((fastly, "fastly://other"), (cloudflare, "cloudflare://other")):
        query = vendor.purger.partition("?")[2]
        with pytest.raises(PurgerClosed):
            await purge(vendor, tags(1), url=f"{place}?{query}")
    with pytest.raises(PurgerClosed):
        await purge(cloudfront, tags(1), url=f"cloudfront://E0?endpoint={cloudfront.url}")


async def test_no_credentials_of_aws(
    cloudfront: CloudFrontApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    with pytest.raises(PurgerClosed, match="credentials"):
        await purge(cloudfront, tags(1))


@pytest.mark.parametrize("kind", [FastlyApi, CloudflareApi, CloudFrontApi])
async def test_who_is_down_is_asked_again(
    kind: type[FastlyApi | CloudflareApi | CloudFrontApi],
) -> None:
    async with kind().running() as vendor:
        vendor.is_down = True
        with pytest.raises(PurgerUnreachable):
            await purge(vendor, tags(1))
    with pytest.raises(PurgerUnreachable):
        await purge(vendor, tags(1))


async def test_more_than_one_request_takes_is_refused_by_the_stand_ins(
    fastly: FastlyApi, cloudflare: CloudflareApi
) -> None:
    """So tests that go well show that batches are small enough."""
    for vendor, size in ((fastly, 257), (cloudflare, 101)):
        with pytest.raises(PurgeRefused):
            await purge(vendor, tags(size))
        assert len(vendor.wrong) == 1


@asynccontextmanager
async def opened(vendor: Vendor, url: str) -> AsyncIterator[Purger]:
    address = Address.parse(url)
    async with open_purgers([address], CREDENTIALS) as purgers:
        yield purgers[address.name]
    assert vendor.wrong == []


class Clock:
    """Time that goes by only where somebody waits."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("plan", "count", "waits_s"),
    [("free", 4_000, 180), ("pro", 4_000, 3), ("enterprise", 4_000, 0)],
)
async def test_cloudflares_rate_is_kept(plan: str, count: int, waits_s: float) -> None:
    clock = Clock()
    vendor = CloudflareApi(clock=clock, plan=plan)
    async with vendor.running(), opened(vendor, vendor.purger) as purger:
        some = [Target(By.TAG, f"t{number}") for number in range(count)]
        sent = await drop(purger, some, clock=clock, sleep=clock.sleep)
    assert (sent.targets, sent.requests) == (4_000, 40)
    assert len(vendor.values()) == 4_000
    assert vendor.throttled == 0
    assert clock.now_s - 1_000.0 == pytest.approx(waits_s)


async def test_fastlys_rate_is_kept() -> None:
    clock = Clock()
    vendor = FastlyApi(clock=clock)
    async with vendor.running(), opened(vendor, vendor.purger) as purger:
        some = [Target(By.TAG, f"t{number}") for number in range(10_000)]
        sent = await drop(purger, some, clock=clock, sleep=clock.sleep)
    assert (sent.targets, sent.requests) == (10_000, 40)
    assert clock.now_s - 1_000.0 == pytest.approx((10_000 - 2_560) / (97_440 / 3_600))


async def test_looking_drops_nothing(
    fastly: FastlyApi, cloudflare: CloudflareApi, cloudfront: CloudFrontApi
) -> None:
    for vendor in (fastly, cloudflare, cloudfront):
        async with opened(vendor, vendor.purger) as purger:
            assert await purger.look()
        assert set(vendor.values()) <= {TAG_OF_NOTHING}


async def test_a_distribution_without_tags_is_found_out(cloudfront: CloudFrontApi) -> None:
    for header in ("", "X-Tags"):
        cloudfront.tag_header = header
        async with opened(cloudfront, cloudfront.purger) as purger:
            with pytest.raises(PurgerClosed, match=r"\?by=paths"):
                await purger.look()
        async with opened(cloudfront, f"{cloudfront.purger}&by=paths") as purger:
            assert await purger.look()


async def test_who_never_answers_is_given_up(
    fastly: FastlyApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdn.purge.asking.TIMEOUT", ClientTimeout(total=0.2))
    fastly.gate.clear()
    began_s = time.monotonic()
    with pytest.raises(PurgerUnreachable, match="in time"):
        await purge(fastly, tags(1))
    assert time.monotonic() - began_s < 10
