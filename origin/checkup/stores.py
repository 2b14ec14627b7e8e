"""A store: whether it can be reached, what is put there comes back, and in parts, too."""

import asyncio
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from obstore.exceptions import BaseError

from origin.checkup import clock
from origin.checkup.finding import Finding, fail, fine, sentence_of, warn
from origin.checkup.running import aside
from origin.concealing import bare_url
from origin.stores.opening import StoreUnusable, local_path, open_store

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_FOLDER: Final = "doctor"
_CONTENT_BYTES: Final = 4_096
_PART: Final = slice(1_000, 1_100)
_DELETE_S: Final = 5.0


async def look_at_store(location: str, *, is_written: bool, is_made: bool) -> Sequence[Finding]:
    """Put an object, read it, a part of it, and delete it.

    ``is_written`` tells whether this server has to write there; ``is_made``, whether it makes a
    folder that is missing.
    """
    try:
        store = await aside(lambda: open_store(location))
    except StoreUnusable as error:
        if is_made and local_path(location) is not None:
            return [warn(f"{sentence_of(error)}.", "`soundbridge serve` makes it when it starts.")]
        return [fail(f"{sentence_of(error)}.", "Give --store a folder or a URL that is there.")]
    try:
        await _list(store)
    except (BaseError, OSError) as error:
        return [_unreachable(location, error)]
    return await _put_and_read(store, bare_url(location), is_written=is_written)


async def _list(store: "ObjectStore") -> None:
    await store.list_with_delimiter_async(_FOLDER)


def _unreachable(location: str, error: Exception) -> Finding:
    return fail(
        f"{bare_url(location)} cannot be read: {sentence_of(error)}.",
        "See whether it is there, and whether address and credentials are right"
        " (AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID).",
    )


async def _put_and_read(store: "ObjectStore", name: str, *, is_written: bool) -> Sequence[Finding]:
    key = f"{_FOLDER}/{secrets.token_hex(8)}"
    content = secrets.token_bytes(_CONTENT_BYTES)
    begun_s = time.time()
    try:
        await store.put_async(key, content)
    except (BaseError, OSError) as error:
        said = f"{name} can be read, but not written: {sentence_of(error)}."
        if is_written:
            return [fail(said, "Let this user, or these credentials, put and delete objects.")]
        return [warn(said, "That is enough to serve; who packages has to write.")]
    ended_s = time.time()
    try:
        findings = [*await _read(store, key, content, name)]
        stored_s = (await store.head_async(key))["last_modified"].timestamp()
        findings.append(clock.compared("store", clock.Moment(stored_s, 1.0), begun_s, ended_s))
    except (BaseError, OSError) as error:
        findings = [
            fail(
                f"What was put in {name} cannot be read: {sentence_of(error)}.",
                "Let these credentials read objects.",
            )
        ]
    finally:
        gone = await _deleted(store, key)
    return [*findings, *([] if gone is None else [_stays(name, key, gone, is_written=is_written)])]


async def _read(store: "ObjectStore", key: str, content: bytes, name: str) -> Sequence[Finding]:
    whole = bytes(await (await store.get_async(key)).bytes_async())
    if whole != content:
        return [
            fail(
                f"{name} gives back something other than what was put there.",
                "Look for a proxy or gateway on the way that alters or caches bodies.",
            )
        ]
    part = bytes(await store.get_range_async(key, start=_PART.start, end=_PART.stop))
    if part != content[_PART]:
        return [
            fail(
                f"{name} answers ranges with something else.",
                "Let what is on the way pass on the field Range, and its answers (206).",
            )
        ]
    return [fine(f"{name} can be written, read, and read in parts.")]


async def _deleted(store: "ObjectStore", key: str) -> Exception | None:
    """Delete the object, be this cancelled or not; return what was wrong."""
    deleting = asyncio.ensure_future(_delete(store, key))
    try:
        return await asyncio.shield(deleting)
    except asyncio.CancelledError:
        with suppress(TimeoutError):
            await asyncio.wait_for(deleting, _DELETE_S)
        raise


async def _delete(store: "ObjectStore", key: str) -> Exception | None:
    try:
        await store.delete_async(key)
    except (BaseError, OSError) as error:
        return error
    return None


def _stays(name: str, key: str, error: Exception, *, is_written: bool) -> Finding:
    said = f"{name} deletes nothing: {sentence_of(error)}."
    to_do = f"Let these credentials delete objects (s3:DeleteObject), and remove {key} by hand."
    return fail(said, to_do) if is_written else warn(said, to_do)
