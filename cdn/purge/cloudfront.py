"""CloudFront: invalidations by tag, prefix and path (CloudFront API, ``CreateInvalidation``).

A tag is named as ``#tag`` among the paths, and needs ``CacheTagConfig`` at the distribution, with
``Cache-Tag`` for its header ("Invalidating content by cache tags"); a prefix ends with ``*``. No
more than 3,000 paths, and 15 with a ``*``, may be in progress: so what is in progress is counted
before more is sent. Nothing is dropped softly.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from botocore.exceptions import (  # type: ignore[import-untyped] # they have none
    BotoCoreError,
    ClientError,
    NoCredentialsError,
)

from cdn.errors import PurgeDelayed, PurgeFailed, PurgerClosed, PurgeRefused, PurgerUnreachable
from cdn.purge.batch import Batch
from cdn.purge.limits import (
    CLOUDFRONT_BY_TAG,
    IN_PROGRESS_MAX,
    WILDCARDS_IN_PROGRESS_MAX,
    Limits,
)
from cdn.purge.target import By, path_of
from cdn.tags import CACHE_TAG

_IN_PROGRESS: Final = "InProgress"
_PAUSE_S: Final = 10.0
_PAGE: Final = 100
_PAGES_MAX: Final = IN_PROGRESS_MAX // _PAGE
_FULL: Final = frozenset({"TooManyInvalidationsInProgress", "Throttling", "ThrottlingException"})
_REFUSED: Final = frozenset(
    {"InvalidArgument", "BatchTooLarge", "InconsistentQuantities", "MissingBody"}
)


@dataclass(frozen=True, slots=True)
class CloudFront:
    """One distribution, over a client of aiobotocore; ``reference`` gives a new text each time.

    That, or a batch's mark, is its ``CallerReference``: one that comes again, with the same paths,
    is what was created before.
    """

    client: Any
    distribution: str
    reference: Callable[[], str]
    limits: Limits = CLOUDFRONT_BY_TAG
    _known: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Paths and wildcards of invalidations that were in progress when they were last looked at."""

    async def send(self, batch: Batch) -> None:
        """Have a batch dropped; raises PurgeFailed, PurgeDelayed where too much is in progress."""
        items = [_item(batch.by, value) for value in batch.values]
        with _translated():
            await self._require_room(items)
            await self.client.create_invalidation(
                DistributionId=self.distribution,
                InvalidationBatch={
                    "Paths": {"Quantity": len(items), "Items": items},
                    "CallerReference": batch.mark or self.reference(),
                },
            )

    async def look(self) -> str:
        """See whether we may list invalidations, and what is tagged where."""
        with _translated():
            await self.client.list_invalidations(DistributionId=self.distribution, MaxItems="1")
            if By.TAG not in self.limits.at_once:
                return "it lets us list invalidations"
            found = await self.client.get_distribution_config(Id=self.distribution)
        header = (found["DistributionConfig"].get("CacheTagConfig") or {}).get("HeaderName", "")
        if header.lower() != CACHE_TAG.lower():
            raise PurgerClosed(
                f"The distribution reads no tags from {CACHE_TAG}, so nothing would be dropped:"
                " give it a CacheTagConfig with that header, or purge by paths (?by=paths)."
            )
        return f"it lets us list invalidations, and reads tags from {CACHE_TAG}"

    async def _require_room(self, items: list[str]) -> None:
        paths, wildcards = await self._in_progress()
        more = _counts(items)
        if paths + more[0] > IN_PROGRESS_MAX or wildcards + more[1] > WILDCARDS_IN_PROGRESS_MAX:
            raise PurgeDelayed(
                f"CloudFront has {paths} paths and {wildcards} wildcards in progress; the next ones"
                " wait until there is room.",
                _PAUSE_S,
            )

    async def _in_progress(self) -> tuple[int, int]:
        """Count what is in progress, whoever asked for it."""
        now: dict[str, tuple[int, int]] = {}
        async for invalidation in self._unfinished():
            if invalidation not in self._known:
                found = await self.client.get_invalidation(
                    DistributionId=self.distribution, Id=invalidation
                )
                batch = found["Invalidation"]["InvalidationBatch"]
                self._known[invalidation] = _counts(batch["Paths"].get("Items", []))
            now[invalidation] = self._known[invalidation]
        self._known.clear()
        self._known.update(now)
        return sum(each[0] for each in now.values()), sum(each[1] for each in now.values())

    async def _unfinished(self) -> AsyncIterator[str]:
        """Yield the ids of invalidations in progress: the newest come first."""
        marker: dict[str, str] = {}
        for _ in range(_PAGES_MAX):
            page = await self.client.list_invalidations(
                DistributionId=self.distribution, MaxItems=str(_PAGE), **marker
            )
            listed = page["InvalidationList"]
            unfinished = [
                each["Id"] for each in listed.get("Items", []) if each["Status"] == _IN_PROGRESS
            ]
            for each in unfinished:
                yield each
            if not unfinished or not listed["IsTruncated"]:
                return
            marker = {"Marker": listed["NextMarker"]}


def _item(by: By, value: str) -> str:
    match by:
        case By.TAG:
            return f"#{value}"
        case By.PREFIX:
            return f"{path_of(value)}*"
        case By.PATH:
            return path_of(value)


def _counts(items: list[str]) -> tuple[int, int]:
    """Return how many single ones there are, and how many wildcards."""
    wildcards = sum(item.endswith("*") for item in items)
    return len(items) - wildcards, wildcards


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise _meant(error) from error
    except NoCredentialsError as error:
        raise PurgerClosed(
            "No AWS credentials were found: set AWS_ACCESS_KEY_ID and so on."
        ) from error
    except (BotoCoreError, OSError) as error:
        raise PurgerUnreachable(f"CloudFront cannot be reached: {error}"[:300]) from error


def _meant(error: ClientError) -> PurgeFailed:
    what = error.response.get("Error", {})
    code = what.get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    said = f"CloudFront answered {code or status}: {what.get('Message', '')}"
    if code in _FULL or status == HTTPStatus.TOO_MANY_REQUESTS:
        return PurgeDelayed(said[:300], _PAUSE_S)
    if code in _REFUSED:
        return PurgeRefused(said[:300])
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return PurgerUnreachable(said[:300])
    return PurgerClosed(f"{said[:300]} Look at the distribution's id, and at AWS's credentials.")
