"""What is said of webhooks and deliveries."""

import re
from ipaddress import ip_address
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema
from yarl import URL

from origin.companion.api.models import Given, Id, Moment, Taken
from origin.companion.api.text import Line, Matching
from origin.companion.catalogue.kinds import ALL, ASKABLE
from origin.companion.outward.addresses import is_public
from origin.companion.webhooks.tables import URL_LENGTH_MAX

_KINDS_MAX: Final = 20
_HTTP: Final = {"http", "https"}

_LABEL: Final = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")
_PORT: Final = (
    "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
)
_NAMED_ADDRESS: Final = (
    rf"^https?://(?:{_LABEL}\.){{0,8}}[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?"
    rf"(?::{_PORT})?(?:[/?][!\x22$-~]*)?$"
)
"""What is said of addresses to those who make them; a number, too, is taken where it is public."""


def _address(value: str) -> str:
    try:
        url = URL(value)
        host, _ = url.raw_host, url.port
    except ValueError as error:
        raise ValueError("it is no address") from error
    if url.scheme not in _HTTP or not host:
        raise ValueError("give an address that begins with https://")
    if not _NAME.fullmatch(host) and ":" not in host:
        raise ValueError("its host is neither a name nor a number")
    if url.user is not None or url.password is not None:
        raise ValueError("an address with a name and a password in it is not taken")
    if "#" in value:
        raise ValueError("an address has no fragment here")
    if not value.isascii() or any(character <= " " or character == "\x7f" for character in value):
        raise ValueError("spell it in ASCII, without spaces")
    return value


def _kind(value: str) -> str:
    if value not in ASKABLE:
        raise ValueError("there are no such events; /openapi.json lists those that there are")
    return value


def is_refused_at_once(url: str) -> bool:
    """Tell whether an address is a number that is no public one; names are looked up each time."""
    host = URL(url).host or ""
    try:
        ip_address(host)
    except ValueError:
        return False
    return not is_public(host)


Address = Annotated[
    str,
    StringConstraints(min_length=1, max_length=URL_LENGTH_MAX),
    AfterValidator(_address),
    Matching(_NAMED_ADDRESS),
]
Kind = Annotated[
    str,
    AfterValidator(_kind),
    WithJsonSchema({"type": "string", "enum": list(map(str, ASKABLE))}),
]
Kinds = Annotated[list[Kind], Field(min_length=1, max_length=_KINDS_MAX)]


class WebhookDraft(Taken):
    """A webhook that is to be."""

    url: Address
    kinds: Kinds = Field(
        default=[ALL],
        description="Which events: `asset.ready`, all of a sort as `asset.*`, or `*`.",
    )
    description: Line | None = None


class WebhookChange(Taken):
    """What is to be from now on; what is left out stays."""

    url: Address | None = None
    kinds: Kinds | None = None
    description: Line | None = None
    enabled: bool | None = Field(default=None, description="Whether anything is sent.")


class Webhook(Given):
    """A webhook."""

    id: Id
    url: str
    kinds: list[str]
    description: str
    enabled: bool
    disabled_because: str | None
    failing_since: Moment | None
    created_at: Moment
    updated_at: Moment


class WebhookWithSecret(Webhook):
    """A webhook, and what its messages are signed with: it is told this once."""

    secret: str


class Webhooks(Given):
    """All of them, the newest first."""

    items: list[Webhook]


class Delivery(Given):
    """A message, and what became of it; `id` is its `webhook-id`.

    `status` and `answer` are what the last attempt met with.
    """

    id: Id
    kind: str
    body: str
    attempts: int
    created_at: Moment
    tried_at: Moment | None
    next_at: Moment | None
    delivered_at: Moment | None
    status: int | None
    answer: str | None
