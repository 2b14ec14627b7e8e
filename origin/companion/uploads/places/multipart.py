"""Multipart uploads of S3, as ``aiobotocore`` has them. Keys are below the store's folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError  # type: ignore[import-untyped] # it has none

from origin.bucket.connection import BucketLocation

URL_S: Final = 3600
_GONE: Final = frozenset({"NoSuchUpload", "404", "NoSuchKey"})


@dataclass(frozen=True, slots=True)
class Part:
    """A part that has come."""

    number: int
    size_bytes: int
    etag: str


class PartsUnfit(OSError):
    """The parts that have come are not those that were meant to be."""


class Multipart:
    """A bucket; ``client`` is aiobotocore's, and the caller's to close."""

    def __init__(self, client: Any, where: BucketLocation) -> None:
        self._client = client
        self._where = where

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._where.name, "Key": f"{self._where.folder}{key}"}

    async def begin(self, key: str) -> str:
        """Begin one; return its id."""
        begun = await self._client.create_multipart_upload(**self._at(key))
        return str(begun["UploadId"])

    async def url_of(self, key: str, upload_id: str, number: int, size_bytes: int) -> str:
        """Return where a part of this size may be PUT for an hour, by whoever has the URL."""
        part = {"UploadId": upload_id, "PartNumber": number, "ContentLength": size_bytes}
        said = {**self._at(key), **part}
        url = await self._client.generate_presigned_url("upload_part", said, ExpiresIn=URL_S)
        return str(url)

    async def listed(self, key: str, upload_id: str) -> list[Part] | None:
        """Return the parts that have come, in order; None where there is no such upload."""
        pages = self._client.get_paginator("list_parts")
        found: list[Any] = []
        try:
            async for page in pages.paginate(**self._at(key), UploadId=upload_id):
                found += page.get("Parts", ())
        except ClientError as error:
            if code_of(error) in _GONE:
                return None
            raise
        found.sort(key=lambda part: part["LastModified"])
        # Of a part that was sent twice, SeaweedFS lists both; the later one counts.
        latest = {part["PartNumber"]: part for part in found}
        return [
            Part(int(number), int(part["Size"]), str(part["ETag"]))
            for number, part in sorted(latest.items())
        ]

    async def complete(self, key: str, upload_id: str, *, size_bytes: int) -> None:
        """Make one object of all parts; raises PartsUnfit where that is not what it has to be."""
        parts = await self.listed(key, upload_id)
        if parts is None:
            raise PartsUnfit("there is no such upload")
        _check(parts, size_bytes)
        listed = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        await self._client.complete_multipart_upload(
            **self._at(key), UploadId=upload_id, MultipartUpload={"Parts": listed}
        )

    async def abort(self, key: str, upload_id: str) -> None:
        """Drop one with its parts; one that is gone is no error."""
        try:
            await self._client.abort_multipart_upload(**self._at(key), UploadId=upload_id)
        except ClientError as error:
            if code_of(error) not in _GONE:
                raise

    async def size_of(self, key: str) -> int | None:
        """Return how large an object is, None where there is none."""
        try:
            found = await self._client.head_object(**self._at(key))
        except ClientError as error:
            if code_of(error) in _GONE:
                return None
            raise
        return int(found["ContentLength"])

    async def first_bytes(self, key: str, size_bytes: int) -> bytes:
        """Return an object's first bytes."""
        found = await self._client.get_object(**self._at(key), Range=f"bytes=0-{size_bytes - 1}")
        async with found["Body"] as body:
            return bytes(await body.read())

    async def get(self, key: str) -> Any:
        """Return an object, whose ``Body`` is the caller's to read and close."""
        return await self._client.get_object(**self._at(key))

    async def put(self, key: str, content: bytes) -> None:
        """Put a small object."""
        await self._client.put_object(**self._at(key), Body=content)

    async def delete(self, key: str) -> None:
        """Delete an object."""
        await self._client.delete_object(**self._at(key))

    async def delete_below(self, prefix: str) -> None:
        """Delete all objects below a folder."""
        bucket = self._where.name
        pages = self._client.get_paginator("list_objects_v2")
        async for page in pages.paginate(Bucket=bucket, Prefix=f"{self._where.folder}{prefix}"):
            for found in page.get("Contents", ()):
                await self._client.delete_object(Bucket=bucket, Key=found["Key"])


def _check(parts: Sequence[Part], size_bytes: int) -> None:
    there = sum(part.size_bytes for part in parts)
    if [part.number for part in parts] != list(range(1, len(parts) + 1)):
        raise PartsUnfit("a part is missing")
    if there != size_bytes:
        raise PartsUnfit(f"{there} bytes are there of {size_bytes}")


def code_of(error: Any) -> str:
    """Return the code in a server's error."""
    return str(error.response.get("Error", {}).get("Code", ""))
