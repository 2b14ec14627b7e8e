"""Reaching an S3 server as obstore does: the same variables of the environment, the same bucket.

botocore reads most of them itself. It does not know ``AWS_REGION`` and ``AWS_ENDPOINT``, and by
default it sends checksums that some S3-compatible servers refuse.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import unquote, urlsplit

# Neither library has types, and botocore-stubs alone outweighs all we use of them.
from aiobotocore.config import AioConfig  # type: ignore[import-untyped] # see above
from aiobotocore.session import get_session  # type: ignore[import-untyped] # see above
from botocore.exceptions import (  # type: ignore[import-untyped] # see above
    BotoCoreError,
    ClientError,
    NoCredentialsError,
)

_DEFAULT_REGION: Final = "us-east-1"
_CONNECT_TIMEOUT_S: Final = 5
_READ_TIMEOUT_S: Final = 20
_ATTEMPTS: Final = 3


class BucketFailed(Exception):
    """The bucket could not be asked or told; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class BucketLocation:
    """A bucket, and the folder of it that is the store: empty, or with a slash at its end."""

    name: str
    folder: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read ``s3://bucket/prefix``; raises BucketFailed."""
        parts = urlsplit(url)
        if parts.scheme not in {"s3", "s3a"} or not parts.netloc:
            raise BucketFailed(
                f"{url} is not the URL of a bucket: give s3://bucket/prefix. Folders need no "
                "set-up, and Google's and Azure's stores have tools of their own."
            )
        folder = unquote(parts.path).strip("/")
        return cls(parts.netloc, f"{folder}/" if folder else "")


def region() -> str:
    """Return the region that obstore would use."""
    found = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return found or _DEFAULT_REGION


def endpoint() -> str | None:
    """Return the server's address where it is not Amazon's."""
    return os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or None


@asynccontextmanager
async def connect() -> AsyncIterator[Any]:
    """Give the caller's block a client of aiobotocore; raises BucketFailed for what it raises."""
    is_virtual = os.environ.get("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "").lower() in {"1", "true"}
    config = AioConfig(
        connect_timeout=_CONNECT_TIMEOUT_S,
        read_timeout=_READ_TIMEOUT_S,
        signature_version="s3v4",  # presigned, too: what botocore takes there is refused by many
        retries={"mode": "standard", "max_attempts": _ATTEMPTS},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "virtual" if is_virtual or endpoint() is None else "path"},
    )
    try:
        client = get_session().create_client(
            "s3", region_name=region(), endpoint_url=endpoint(), config=config
        )
        async with client as opened:
            yield opened
    except NoCredentialsError as error:
        raise BucketFailed(
            "There are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        ) from error
    except (ClientError, BotoCoreError, ValueError) as error:
        raise BucketFailed(
            f"{error}. Check AWS_ENDPOINT_URL, AWS_REGION and the credentials."
        ) from error
