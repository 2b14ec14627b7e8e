"""How much each CDN takes at once and in a while: data, with who says so. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cdn.purge.rate import Rate
from cdn.purge.target import By


@dataclass(frozen=True, slots=True)
class Limits:
    """What one CDN takes: most targets of a request by their sort, and its rate.

    It does not know what is not in ``at_once``. The rate counts requests, or, where
    ``counts_targets``, what is in them. ``soft`` is by what it can drop softly, ``singly`` what a
    batch asks for one after another, so that one of it may fail by itself.
    """

    at_once: Mapping[By, int]
    rate: Rate
    counts_targets: bool = False
    soft: frozenset[By] = frozenset()
    singly: frozenset[By] = frozenset()

    def cost(self, targets: int) -> float:
        """Return what a request with so many targets costs."""
        return targets if self.counts_targets else 1


IN_PROGRESS_MAX: Final = 3_000
WILDCARDS_IN_PROGRESS_MAX: Final = 15
"""Paths of a distribution in invalidations that are in progress, and those with a ``*`` (CloudFront
Developer Guide, "Concurrent invalidation request maximum"). Tags are named as paths are, in
``Paths.Items``, and each counts as a path ("What you need to know when invalidating tags")."""

CLOUDFRONT_BY_TAG: Final = Limits({By.TAG: 1_000, By.PREFIX: 15, By.PATH: 1_000}, Rate(1, 5))
CLOUDFRONT_BY_PATH: Final = Limits({By.PREFIX: 15, By.PATH: 1_000}, Rate(1, 5))
"""A third of what may be in progress, so that what is urgent finds room beside what is long. AWS
publishes no rate for CreateInvalidation: one a second is ours."""

_FASTLY_BURST: Final = 2_560
FASTLY: Final = Limits(
    {By.TAG: 256, By.PATH: 16},
    Rate((100_000 - _FASTLY_BURST) / 3_600, _FASTLY_BURST),
    counts_targets=True,
    soft=frozenset({By.TAG, By.PATH}),
    singly=frozenset({By.PATH}),
)
"""256 keys a batch (Fastly API, "Purge multiple surrogate key tags"); 100,000 URLs or keys an hour
on average for a customer (Fastly, resource limits, purges): no hour has more, a burst in it. A URL
is a request of its own, and 16 of them, sent one after another, are a batch of ours."""

_CLOUDFLARE_AT_ONCE: Final = {By.TAG: 100, By.PREFIX: 100, By.PATH: 100}
CLOUDFLARE: Final = {
    "free": Limits(_CLOUDFLARE_AT_ONCE, Rate(5 / 60, 25)),
    "pro": Limits(_CLOUDFLARE_AT_ONCE, Rate(5, 25)),
    "business": Limits(_CLOUDFLARE_AT_ONCE, Rate(10, 50)),
    "enterprise": Limits(_CLOUDFLARE_AT_ONCE, Rate(50, 500)),
}
"""By plan, for an account: requests with up to 100 operations (Cloudflare, "Purge cache", purge
limits, as of July 2026). What is purged by URL has its own, 800 a second: these are within it, but
for a burst of Enterprise's, which may be told to wait."""

VARNISH: Final = Limits(
    {By.TAG: 64, By.PATH: 64},
    Rate(500, 500),
    counts_targets=True,
    soft=frozenset({By.TAG}),
    singly=frozenset({By.PATH}),
)
"""64 tags of ours are 4.6 KB: a header field may have 8 (``http_req_hdr_len``). The rate is ours.
"""

NGINX: Final = Limits(
    {By.PATH: 64}, Rate(200, 400), counts_targets=True, singly=frozenset({By.PATH})
)
"""Each path is fetched from the origin, three times where it is compressed: so the rate, which is
ours, is what an origin of one worker does beside its work."""
