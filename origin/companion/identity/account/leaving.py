"""Taking all that is one's own along, and leaving, over HTTP."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs, web

from cdn.policy.cache_control import Audience, policy_for
from cdn.policy.object_class import ObjectClass
from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.database import Database
from origin.companion.identity.belongings import Belongings
from origin.companion.identity.erasing import begin_erasing
from origin.companion.identity.principal import Role, Scope
from origin.delivery.address import JSON_TYPE
from origin.telemetry.requests import OBJECT_CLASS

_OWN: Final = Who(Role.LISTENER, Scope.ACCOUNT)
_OWN_TO_READ: Final = Who(Role.LISTENER, Scope.ACCOUNT, also=Scope.READ)
_PART_BYTES: Final = 64 * 1024


class Leaving:
    """The endpoints; ``belongings`` are those of all rooms."""

    def __init__(self, database: Database, belongings: Sequence[Belongings]) -> None:
        self._database = database
        self._belongings = belongings

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return [
            Endpoint(
                method="GET", path="/v1/me/export", name="exportMe", tag="me",
                summary="Get all that is yours", handle=self.export, who=_OWN_TO_READ,
                streams=True, gives_types=(JSON_TYPE,),
            ),
            Endpoint(
                method="DELETE", path="/v1/me", name="eraseMe", tag="me",
                summary="Take yourself and all that is yours away", handle=self.erase, who=_OWN,
                status=HTTPStatus.ACCEPTED,
            ),
        ]  # fmt: skip

    async def export(self, call: Call[NoQuery, NoBody]) -> web.StreamResponse:
        """In a JSON object, with a list for each part of the server.

        What is private is in it, so a key has to be good for `read`, too.
        """
        response = web.StreamResponse(
            headers={
                **policy_for(ObjectClass.PRIVATE, audience=Audience.ONE).headers,
                hdrs.CONTENT_TYPE: JSON_TYPE,
                hdrs.CONTENT_DISPOSITION: 'attachment; filename="soundbridge-export.json"',
            }
        )
        response[OBJECT_CLASS] = ObjectClass.PRIVATE
        await response.prepare(call.request)
        part = bytearray(b"{")
        for number, each in enumerate(self._belongings):
            part += b"," * bool(number) + json.dumps(each.name).encode() + b":["
            is_first = True
            async for row in each.export(self._database, call.user.user_id):
                part += b"" if is_first else b","
                part += _json(row)
                is_first = False
                if len(part) >= _PART_BYTES:
                    await response.write(bytes(part))
                    part.clear()
            part += b"]"
        await response.write(bytes(part) + b"}")
        await response.write_eof()
        return response

    async def erase(self, call: Call[NoQuery, NoBody]) -> Answer:
        """At once, your keys and sessions are no good, and you are nobody here.

        What you made follows, by a job. It cannot be undone: export it first.
        """
        async with self._database.change() as connection:
            await begin_erasing(connection, call.user.user_id, now_s=call.now_s)
        return Answer(status=HTTPStatus.ACCEPTED)


def _json(row: Any) -> bytes:
    return json.dumps(row, separators=(",", ":"), default=str).encode()
