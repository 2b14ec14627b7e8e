"""What a CDN says that it did not do, or did without a word: what is tried again, and how often."""

import pytest
from sqlalchemy import select, update

from cdn.purge.target import TAG_OF_NOTHING
from origin.companion.purging.media import promise_entries
from origin.companion.purging.tables import purgers
from tests.functional.api.purging import Purging, beside, dropped, hard, promise_tag
from tests.servers.purged.bucket import Bucket
from tests.servers.purged.cloudflare import CloudflareApi
from tests.servers.purged.cloudfront import CloudFrontApi
from tests.servers.purged.vendor import Request

pytestmark = pytest.mark.long_if("postgresql")


async def test_what_cloudfront_did_without_a_word_is_not_done_twice(
    purged: Purging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    async with CloudFrontApi().running() as cloudfront, beside(purged, cloudfront) as all_:
        await promise_tag(all_, "track-a", "track-b")
        cloudfront.loses_answers = True
        await all_.work()
        assert cloudfront.take() == [Request("item", ("#track-a", "#track-b"))]
        cloudfront.loses_answers = False
        await all_.work_for(3)
        assert cloudfront.take() == [], "that was it"
        assert len(cloudfront.references) == 1
        await all_.work_for(16)
        assert cloudfront.take() == [Request("item", ("#track-a", "#track-b"))], "once more"
        await promise_tag(all_, "track-a", "track-b")
        await all_.work()
        assert cloudfront.take() == [Request("item", ("#track-a", "#track-b"))], "it is another"


async def test_paths_that_are_one_request_are_not_tried_one_by_one(
    purged: Purging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudFront lists what is in progress, and takes no more: at one a second that is long."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    async with (
        CloudFrontApi().running() as cloudfront,
        beside(purged, cloudfront, "&by=paths") as all_,
    ):
        cloudfront.loses_answers = True
        for name in ("song", "more", "most"):
            async with purged.service.database.change() as connection:
                await promise_entries(connection, name, soft=False, now_s=all_.now_s())
        await all_.work_for(60)
        assert [len(each.values) for each in cloudfront.take()] == [12]


async def test_who_may_look_and_not_purge_takes_nothing(
    purged: Purging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    async with CloudFrontApi().running() as cloudfront, beside(purged, cloudfront) as all_:
        cloudfront.denies = True
        await promise_tag(all_, *(f"track-{number}" for number in range(20)))
        await all_.work_for(60)
        mine = purgers.c.name.like("cloudfront%")
        async with purged.service.database.look_now() as connection:
            row = (await connection.execute(select(purgers).where(mine))).one()
        assert row.failing_since_s is not None
        assert "AccessDenied" in row.failure
        assert row.failures == 5, "the queue decides how often"
        cloudfront.denies = False
        await all_.work_for(400, 20)
        assert len(cloudfront.take()[0].values) == 20


async def test_what_cloudflare_says_it_did_not_do_is_sent_again_and_holds_up_no_other(
    purged: Purging,
) -> None:
    """In an answer that is 200: that may be of a moment, or for ever."""
    async with CloudflareApi().running() as cloudflare, beside(purged, cloudflare) as all_:
        cloudflare.refuses, cloudflare.refuses_by = frozenset({"track-a"}), 200
        await promise_tag(all_, "track-a")
        await all_.work_for(3)
        assert dropped(cloudflare) == []
        cloudflare.refuses = frozenset()
        await all_.work_for(20)
        assert dropped(cloudflare) == [hard("track-a")] * 2
        cloudflare.refuses = frozenset({"track-a"})
        await promise_tag(all_, "track-a", "track-b")
        await all_.work()
        assert dropped(cloudflare) == [hard("track-b")]
        await all_.work_for(160, 4)
        assert dropped(cloudflare) == [hard("track-b")]
        assert await all_.left() == 0


async def test_what_waited_long_is_not_given_up_at_the_first_doubt(purged: Purging) -> None:
    """No worker was there for an hour; that it would not do it was said once, by then."""
    async with CloudflareApi().running() as cloudflare, beside(purged, cloudflare) as all_:
        await promise_tag(all_, "track-a", "track-b")
        all_.ahead_s += 3_600
        cloudflare.refuses, cloudflare.refuses_by = frozenset({"track-a"}), 200
        await all_.work()
        assert dropped(cloudflare) == [hard("track-b")]
        cloudflare.refuses = frozenset()
        await all_.work_for(400, 20)
        assert hard("track-a") in dropped(cloudflare)
        await promise_tag(all_, "track-c")
        all_.ahead_s += 3_600
        await all_.work()
        cloudflare.refuses = frozenset({"track-c"})
        await all_.work_for(16)
        assert dropped(cloudflare) == [hard("track-c")]
        cloudflare.refuses = frozenset()
        await all_.work_for(20)
        assert dropped(cloudflare) == [hard("track-c")], "so is what is sent once more"
        cloudflare.refuses = frozenset({"track-a"})
        await promise_tag(all_, "track-a")
        all_.ahead_s += 3_600
        await all_.work_for(400, 20)
        assert dropped(cloudflare) == []
        assert await all_.left() == 0, "it has said so for long"


@pytest.mark.parametrize("by", [200, 400])  # so it answers a token of the wrong form, too
async def test_one_that_says_so_of_everything_is_not_well_and_nothing_is_given_up(
    purged: Purging, by: int
) -> None:
    async with CloudflareApi().running() as cloudflare, beside(purged, cloudflare) as all_:
        cloudflare.refuses_by = by
        cloudflare.refuses = frozenset({"track-a", "track-b", TAG_OF_NOTHING})
        await promise_tag(all_, "track-a", "track-b")
        await all_.work_for(700, 10)
        cloudflare.refuses = frozenset()
        await all_.work_for(400, 20)
        assert cloudflare.take() == [hard("track-a", "track-b")] * 2


async def test_whether_one_is_well_is_asked_within_its_rate(purged: Purging) -> None:
    """That is a request as any other, and what is put off is tried again and again."""
    async with CloudflareApi().running() as cloudflare, beside(purged, cloudflare) as all_:
        cloudflare.refuses, cloudflare.refuses_by = frozenset({"track-a"}), 503
        cloudflare.bucket = Bucket(5 / 60, 1.5, all_.now_s)
        assert cloudflare.bucket.take(1), "others have used it up"
        async with purged.service.database.change() as connection:
            mine = purgers.c.name.like("cloudflare%")
            full = update(purgers).where(mine).values(full_s=all_.now_s() + 300)
            await connection.execute(full)
        await promise_tag(all_, "track-a")
        await all_.work()
        assert cloudflare.values() == [TAG_OF_NOTHING]
        assert cloudflare.throttled == 0
