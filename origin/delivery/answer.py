"""From a resource and a request to a response: GET and HEAD, for everything that is delivered.

The order is that of RFC 9110 §13.2: choose the representation (its coding, hence its entity tag),
evaluate the conditions, then the range. Each step is decided in a pure module beside this one; the
body is read last, and only as far as the answer needs it. Where none is sent, it is checked that it
could be (``body``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from cdn.cmcd import cmsd
from cdn.policy.cache_control import CachePolicy, policy_for
from cdn.policy.coding import CODED, PLAIN, Coding
from cdn.policy.lifetime import USUAL_TARGET_DURATION_S
from cdn.policy.object_class import ObjectClass
from cdn.tags import tag_headers, tags_for
from origin.cache.record import current
from origin.delivery import multipart
from origin.delivery.address import ObjectKind
from origin.delivery.audience import audience_of
from origin.delivery.body import Body
from origin.delivery.compression import Compressor, tag_of
from origin.delivery.conditional import Conditions, Validators, Verdict, evaluate, range_applies
from origin.delivery.encoding import negotiate
from origin.delivery.entity_tag import EntityTag
from origin.delivery.errors import NotAcceptable, PreconditionFailed, RangeNotSatisfiable
from origin.delivery.fields import joined
from origin.delivery.head import number_of
from origin.delivery.http_date import format_http_date
from origin.delivery.range import ByteSpan, Unsatisfiable, Whole, content_range, select
from origin.delivery.reuse import REUSABLE, Reusable
from origin.delivery.sending import Pieces, response_of
from origin.delivery.static_data import static_of
from origin.telemetry.requests import OBJECT_CLASS

_PASSES: Final = frozenset(
    {ObjectClass.PUBLIC_API, ObjectClass.PARTIAL_LISTING, ObjectClass.PRIVATE}
)
"""What is soon another, and not worth much of a processor: all that is answered where the API's
answers are, for the same bytes have one tag, whatever their class."""
_WORTH_BYTES: Final = 128
"""Less of what passes only grows by being compressed; who refuses the rest gets it all the same."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A representation in a coding that was made beforehand; ``tag`` is its entity tag's."""

    body: Body
    tag: str


@dataclass(frozen=True, slots=True)
class Resource:
    """Something to deliver; ``digest`` is the SHA-256 of its uncompressed bytes, in hexadecimal.

    ``takes_query`` says that another query gets another one. ``target_duration_s`` is that of a
    growing playlist. What is ``doubted`` is kept by nobody for long, and not given again. What is
    not ``encoded`` beforehand is compressed when it is asked for. ``named`` are tags of what its
    address names. ``static_data`` is what it tells of itself, beyond what all of its kind do.
    """

    kind: ObjectKind
    digest: str
    body: Body
    last_modified: datetime | None = None
    asset_id: str | None = None
    artist: str | None = None
    named: tuple[str, ...] = ()
    takes_query: bool = False
    doubted: bool = False
    target_duration_s: int = USUAL_TARGET_DURATION_S
    encoded: Mapping[Coding, Encoded] = field(default_factory=dict)
    static_data: str | None = None


class Responder:
    """Answers requests for resources; ``purged`` says that a purger is configured."""

    def __init__(self, compressor: Compressor, *, purged: bool) -> None:
        self._compressor = compressor
        self._purged = purged

    async def answer(self, request: web.Request, resource: Resource) -> web.Response:
        """Answer a GET or HEAD, or raise what stands against it."""
        response = await self._answer(request, resource)
        response[OBJECT_CLASS] = resource.kind.object_class
        return response

    async def _answer(self, request: web.Request, resource: Resource) -> web.Response:
        now = datetime.now(UTC)
        policy = policy_for(
            resource.kind.object_class,
            audience=audience_of(request),
            target_duration_s=resource.target_duration_s,
            # A purge that came before this answer would not reach what a CDN keeps of it.
            purged=self._purged and not current().is_behind,
            doubted=resource.doubted,
        )
        coding = _choose_coding(request, resource, policy)
        validators = _validators(resource, coding, now)
        headers = _metadata(resource, policy, validators)
        verdict = evaluate(_conditions(request), validators, now)
        if verdict is not Verdict.PROCEED:
            await self._check(resource, coding)
        if verdict is Verdict.PRECONDITION_FAILED:
            raise PreconditionFailed("It is no longer in the state that the request asks for.")
        if verdict is Verdict.NOT_MODIFIED:
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        headers[hdrs.CONTENT_TYPE] = resource.kind.media_type
        headers[hdrs.ACCEPT_RANGES] = "bytes"
        static_data = resource.static_data or static_of(resource.kind)
        if static_data is not None:
            headers[cmsd.FIELD] = static_data
        if coding is not Coding.IDENTITY:
            headers[hdrs.CONTENT_ENCODING] = coding
        body = await self._representation(resource, coding)
        if request.method == hdrs.METH_HEAD:
            await body.check()
            headers[hdrs.CONTENT_LENGTH] = str(body.size_bytes)
            return web.Response(headers=headers)
        range_header = joined(request, hdrs.RANGE)
        if not range_applies(joined(request, hdrs.IF_RANGE), validators, now):
            range_header = None
        response = await _send(body, range_header, str(validators.etag), headers)
        if not (resource.takes_query or resource.doubted):
            in_part = response.status == HTTPStatus.PARTIAL_CONTENT
            number = number_of(coding, in_part=in_part)
            response[REUSABLE] = Reusable(number, policy.compressible)
        return response

    async def _representation(self, resource: Resource, coding: Coding) -> Body:
        if coding is Coding.IDENTITY:
            return resource.body
        if coding in resource.encoded:
            return resource.encoded[coding].body
        return await self._compressor.compressed(
            resource.digest, resource.body, coding, passes=_passes(resource)
        )

    async def _check(self, resource: Resource, coding: Coding) -> None:
        """Raise what would keep a GET from its content; nothing is compressed for that."""
        if coding in resource.encoded:
            return
        if not self._compressor.holds(resource.digest, coding, passes=_passes(resource)):
            await resource.body.check()


def _passes(resource: Resource) -> bool:
    return resource.kind.object_class in _PASSES


async def _send(
    body: Body, range_header: str | None, etag: str, headers: dict[str, str]
) -> web.Response:
    selection = select(range_header, body.size_bytes)
    if isinstance(selection, Whole):
        return response_of([await body.read()], HTTPStatus.OK, headers)
    if isinstance(selection, Unsatisfiable):
        await body.check()
        raise RangeNotSatisfiable(body.size_bytes)
    pieces = await _partial(body, selection.spans, etag, headers)
    return response_of(pieces, HTTPStatus.PARTIAL_CONTENT, headers)


async def _partial(
    body: Body, spans: Sequence[ByteSpan], etag: str, headers: dict[str, str]
) -> Pieces:
    """Return the content of a 206 and say in ``headers`` what it is (RFC 9110 §15.3.7)."""
    content = await body.read()
    if len(spans) == 1:
        (span,) = spans
        headers[hdrs.CONTENT_RANGE] = content_range(span, body.size_bytes)
        is_all = span.stop - span.start == len(content)
        return [content if is_all else memoryview(content)[span.start : span.stop]]
    parts = [(span, memoryview(content)[span.start : span.stop]) for span in spans]
    separator = multipart.boundary(etag, spans)
    media_type = headers[hdrs.CONTENT_TYPE]
    headers[hdrs.CONTENT_TYPE] = multipart.content_type(separator)
    return multipart.pieces(
        parts, separator=separator, media_type=media_type, size_bytes=body.size_bytes
    )


def _choose_coding(request: web.Request, resource: Resource, policy: CachePolicy) -> Coding:
    accepted = joined(request, hdrs.ACCEPT_ENCODING)
    offered = CODED if policy.compressible else PLAIN
    coding = negotiate(accepted, offered)
    is_little = _passes(resource) and resource.body.size_bytes < _WORTH_BYTES
    if coding is not None and is_little:
        return negotiate(accepted, PLAIN) or coding
    if coding is None:
        raise NotAcceptable(f"It exists as {' and '.join(offered)} only.")
    return coding


def _validators(resource: Resource, coding: Coding, now: datetime) -> Validators:
    """Each coding has its own strong tag (RFC 9110 §8.8.3.3)."""
    modified = resource.last_modified
    if modified is not None:
        # RFC 9110 §8.8.2.1: never later than the time of the answer
        modified = None if modified > now else modified.replace(microsecond=0)
    encoded = resource.encoded.get(coding)
    tag = resource.digest + tag_of(coding) if encoded is None else encoded.tag
    return Validators(EntityTag(tag), modified)


def _metadata(resource: Resource, policy: CachePolicy, validators: Validators) -> dict[str, str]:
    """Return what 200, 206 and 304 all say (RFC 9110 §15.4.5)."""
    tags = tags_for(
        resource.kind.object_class,
        asset_id=resource.asset_id,
        artist=resource.artist,
        named=resource.named,
    )
    headers = {"ETag": str(validators.etag), **policy.headers, **tag_headers(tags)}
    if validators.last_modified is not None:
        headers[hdrs.LAST_MODIFIED] = format_http_date(validators.last_modified)
    if policy.compressible:
        headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
    return headers


def _conditions(request: web.Request) -> Conditions:
    return Conditions(
        if_match=joined(request, hdrs.IF_MATCH),
        if_none_match=joined(request, hdrs.IF_NONE_MATCH),
        if_modified_since=joined(request, hdrs.IF_MODIFIED_SINCE),
        if_unmodified_since=joined(request, hdrs.IF_UNMODIFIED_SINCE),
    )
