"""Asking a bucket what it has, and giving it what it lacks.

A server that does not know an operation says so in one of several ways; that becomes a sentence,
since what cannot be asked cannot be called in order either.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from botocore.exceptions import ClientError  # type: ignore[import-untyped] # see connection

from origin.bucket import cors, lifecycle
from origin.bucket.connection import BucketFailed, BucketLocation, connect, endpoint, region

_UNKNOWN_CODES: Final = frozenset({"NotImplemented", "MethodNotAllowed", "XNotImplemented", "501"})
_UNSET_CODES: Final = frozenset({"NoSuchCORSConfiguration", "NoSuchLifecycleConfiguration"})
_MISSING_CODES: Final = frozenset({"404", "NoSuchBucket", "NotFound"})
_REFUSED_CODES: Final = frozenset({"403", "AccessDenied"})
_NO_CONSTRAINT: Final = "us-east-1"  # the one region that must not be named

_BESIDE_RULES: Final = ("TransitionDefaultMinimumObjectSize",)
"""What is set together with the rules, and falls back where it is left out."""

Call = Callable[[], Awaitable[Any]]


async def check(where: BucketLocation, uploads_from: Sequence[str] = ()) -> list[str]:
    """Return a sentence for everything that is missing; raises BucketFailed.

    ``uploads_from`` are sites whose pages have to be able to upload.
    """
    async with connect() as client:
        if not await _exists(client, where):
            return [f"There is no bucket {where.name}."]
        cors_lacks = await _check_cors(client, where, uploads_from)
        return [*cors_lacks, *await _check_lifecycle(client, where)]


async def closed_to_uploads(where: BucketLocation, origins: Sequence[str]) -> list[str]:
    """Return a sentence for every site that cannot upload; without sites, for all. See ``cors``."""
    async with connect() as client:
        if not await _exists(client, where):
            return []
        try:
            return list(cors.closed_to_uploads(await _cors_rules(client, where), origins))
        except _Unknown:
            return []


async def set_up(
    where: BucketLocation, *, opens_to_all: bool = False, uploads_from: Sequence[str] = ()
) -> list[str]:
    """Make what is missing, and return a sentence for everything that was made.

    Where CORS rules let only some sites in, others are let in only if it ``opens_to_all``. Pages of
    the sites ``uploads_from`` are let upload.
    """
    async with connect() as client:
        made = []
        if not await _exists(client, where):
            await _create(client, where)
            made.append(f"Made the bucket {where.name}.")
        made += await _give_cors(client, where, opens_to_all=opens_to_all)
        made += await _give_uploads(client, where, uploads_from)
        made += await _give_lifecycle(client, where)
        return made


async def _exists(client: Any, where: BucketLocation) -> bool:
    try:
        await client.head_bucket(Bucket=where.name)
    except ClientError as error:
        if _code(error) in _MISSING_CODES:
            return False
        if _code(error) in _REFUSED_CODES:
            raise BucketFailed(
                f"The bucket {where.name} is not yours to see: it belongs to others, or the "
                "credentials lack s3:ListBucket."
            ) from error
        raise
    return True


async def _create(client: Any, where: BucketLocation) -> None:
    place = {"CreateBucketConfiguration": {"LocationConstraint": region()}}
    is_elsewhere = endpoint() is None and region() != _NO_CONSTRAINT
    await client.create_bucket(Bucket=where.name, **(place if is_elsewhere else {}))


async def _check_cors(client: Any, where: BucketLocation, uploads_from: Sequence[str]) -> list[str]:
    try:
        rules = await _cors_rules(client, where)
        missing = list(cors.missing(rules))
        uploads = list(cors.closed_to_uploads(rules, uploads_from)) if uploads_from else []
        return [*missing, *cors.closed(rules), *uploads] if missing else uploads
    except _Unknown as unknown:
        return [str(unknown)]


async def _check_lifecycle(client: Any, where: BucketLocation) -> list[str]:
    try:
        found = await _lifecycle(client, where)
        return list(lifecycle.missing(found.get("Rules", ()), where.folder))
    except _Unknown as unknown:
        return [str(unknown)]


async def _give_cors(client: Any, where: BucketLocation, *, opens_to_all: bool) -> list[str]:
    try:
        rules = await _cors_rules(client, where)
        if not any(cors.missing(rules)) or (any(cors.closed(rules)) and not opens_to_all):
            return []
        await _put_cors(client, where, cors.with_ours(rules))
    except _Unknown:
        return []
    return ["Let players on other sites read it (CORS)."]


async def _give_uploads(client: Any, where: BucketLocation, origins: Sequence[str]) -> list[str]:
    try:
        rules = await _cors_rules(client, where) if origins else ()
        if not origins or not any(cors.closed_to_uploads(rules, origins)):
            return []
        all_of_them = list(dict.fromkeys([*cors.uploading_origins(rules), *origins]))
        await _put_cors(client, where, cors.with_uploads(rules, all_of_them))
    except _Unknown:
        return []
    return [f"Let pages of {', '.join(origins)} upload into it (CORS)."]


async def _put_cors(client: Any, where: BucketLocation, rules: Sequence[cors.Rule]) -> None:
    wanted = {"CORSRules": rules}
    await _ask("CORS", lambda: client.put_bucket_cors(Bucket=where.name, CORSConfiguration=wanted))


async def _give_lifecycle(client: Any, where: BucketLocation) -> list[str]:
    try:
        found = await _lifecycle(client, where)
        rules = found.get("Rules", ())
        if not lifecycle.lacks_abort(rules, where.folder):
            return []
        wanted = {"Rules": lifecycle.with_ours(rules, where.folder)}
        kept = {name: found[name] for name in _BESIDE_RULES if name in found}
        await _ask(
            "lifecycle",
            lambda: client.put_bucket_lifecycle_configuration(
                Bucket=where.name, LifecycleConfiguration=wanted, **kept
            ),
        )
    except _Unknown:
        return []
    return [f"Had multipart uploads aborted that are {lifecycle.ABORT_DAYS} days old."]


async def _cors_rules(client: Any, where: BucketLocation) -> Sequence[cors.Rule]:
    found = await _ask("CORS", lambda: client.get_bucket_cors(Bucket=where.name))
    rules: Sequence[cors.Rule] = found.get("CORSRules", ())
    return rules


async def _lifecycle(client: Any, where: BucketLocation) -> Any:
    return await _ask(
        "lifecycle", lambda: client.get_bucket_lifecycle_configuration(Bucket=where.name)
    )


class _Unknown(Exception):
    """The server does not know the operation; the message is for the user."""


async def _ask(what: str, call: Call) -> Any:
    """Return what the server answers, nothing where it has no such rules; raises _Unknown."""
    try:
        return await call()
    except ClientError as error:
        if _code(error) in _UNSET_CODES:
            return {}
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if _code(error) in _UNKNOWN_CODES or status in {405, 501}:
            raise _Unknown(
                f"The server does not know {what} rules ({_code(error)}), so they can be neither "
                "checked nor set here. Look for another way in its documentation."
            ) from error
        raise


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
