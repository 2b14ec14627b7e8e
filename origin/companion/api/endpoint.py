"""One operation of the API, as data: the route, its checks and its documentation come from it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from origin.companion.api.header_field import HeaderField, Protocol
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.caching.policy import Keeping
from origin.companion.identity.principal import Principal, Role, Scope
from origin.delivery.errors import ApiError, Unauthenticated

BODY_BYTES_MAX: Final = 64 * 1024

Q = TypeVar("Q", bound=BaseModel)
B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call(Generic[Q, B]):
    """A request that makes sense, by somebody who may; ``now_s`` counts from the epoch.

    ``ids`` are those in the path, by their names there. ``network`` is where it comes from, as far
    as may be kept, where it changes something. What only ``weighs`` a change's conditions is shown
    to nobody.
    """

    request: web.Request
    principal: Principal | None
    ids: Mapping[str, str]
    query: Q
    body: B
    now_s: float
    network: str = ""
    weighs: bool = False

    @property
    def user(self) -> Principal:
        """Who asks; raises Unauthenticated where nobody knows."""
        if self.principal is None:
            raise Unauthenticated("Say who you are: with a key, a token, or by signing in.")
        return self.principal

    @property
    def reader(self) -> Principal | None:
        """Who gets to see what is theirs alone: nobody, by what is not good for reading."""
        asks = self.principal
        if asks is None or self.weighs:  # who may change it may have it weighed
            return asks
        return asks if Scope.READ in asks.scopes else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say; ``content`` is a ``Given``, or None where the status says all.

    ``version`` is the number of the state that ``If-Match`` is about: see ``preconditions``.
    What ``is_makeshift`` is kept by nobody: a better one comes soon.
    """

    content: BaseModel | None = None
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None
    is_makeshift: bool = False


@dataclass(frozen=True, slots=True)
class Who:
    """Who may: anyone, or users from a role on, with what is good for a scope, or for two."""

    role: Role | None = None
    scope: Scope | None = None
    also: Scope | None = None


ANYONE: Final = Who()

Handler = Callable[[Call[Any, Any]], Awaitable[Answer | web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An operation; ``name`` is its operationId, ``handle``'s docstring its description.

    ``query`` and ``body`` are what it takes, ``gives`` is the model of its answer; ``streams`` says
    that it reads the body, or writes the answer, by itself. ``body_types`` are what it reads then;
    otherwise, as what else than JSON's own type the same JSON may come. ``takes_bytes`` says that
    it reads a body of these types by itself, and is else as all are.
    ``raises`` are the errors it can end with, beside those that every endpoint has.
    ``kept`` says how what a GET gives to nobody in particular is kept (``companion.caching``): its
    handler asks nothing of a call but ``ids``, ``query`` and ``now_s``, and looks at rows alone.
    ``gives_secret`` says that its answer is shown once, and kept nowhere. ``takes_fields``
    are the header fields of requests that matter to it, ``gives_fields`` those of its success,
    beside those that every endpoint has. ``needs_body`` says that what it reads by itself has to
    come. ``protocol`` is what others have laid down of how it is spoken to. ``is_piecemeal`` says
    that many of it, or many transactions, make one deed: it is told once that is done
    (``alongside.about``).
    """

    method: str
    path: str
    name: str
    summary: str
    tag: str
    handle: Handler
    who: Who = ANYONE
    query: type[BaseModel] = NoQuery
    body: type[BaseModel] = NoBody
    gives: type[BaseModel] | None = None
    status: HTTPStatus = HTTPStatus.OK
    raises: tuple[type[ApiError], ...] = ()
    body_bytes_max: int = BODY_BYTES_MAX
    streams: bool = False
    takes_bytes: bool = False
    body_types: tuple[str, ...] = ()
    gives_types: tuple[str, ...] = ()
    gives_secret: bool = False
    needs_body: bool = True
    takes_fields: tuple[HeaderField, ...] = ()
    gives_fields: tuple[HeaderField, ...] = ()
    protocol: Protocol | None = None
    is_piecemeal: bool = False
    kept: Keeping | None = None
