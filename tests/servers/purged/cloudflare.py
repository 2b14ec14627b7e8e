"""Cloudflare's API to purge a zone, as its reference describes it, with the rate of a plan.

The token is an account's, and may do nothing else: ``/user/tokens/verify`` does not know it.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.servers.purged.bucket import Bucket
from tests.servers.purged.vendor import TOKEN, Request, Vendor

ZONE = "023e105f4ecef8ad9ca31a8372d0c353"
RATES = {"free": (5 / 60, 25), "pro": (5, 25), "business": (10, 50), "enterprise": (50, 500)}
_FORMS = {
    "tags": ("tag", re.compile(r"[!-+\--~]{1,1024}")),
    "prefixes": ("prefix", re.compile(r"(?!https?://)[^/\s]+/[^\s?#]*")),
    "files": ("path", re.compile(r"https?://[^/\s]+/\S*")),
}


@dataclass
class CloudflareApi(Vendor):
    plan: str = "free"
    refuses_by: int = 400
    bucket: Bucket = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.bucket = Bucket(*RATES[self.plan], self.clock)

    @property
    def purger(self) -> str:
        return f"cloudflare://{ZONE}?plan={self.plan}&endpoint={self.url}/client/v4"

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/client/v4/zones/{zone}/purge_cache", self.purge)]

    async def purge(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _said(403, "Authentication error")
        if request.match_info["zone"] != ZONE:
            return _said(404, "Could not route")
        if not self.bucket.take(1):
            self.throttled += 1
            return _said(429, "Rate limited", {"Retry-After": "12"})
        if request.content_type != "application/json":
            return self.refused("the content is no JSON")
        return self._dropped(await request.json())

    def _dropped(self, said: Any) -> web.Response:
        if not isinstance(said, dict) or len(said) != 1 or not set(said) <= set(_FORMS):
            return self.refused("one of tags, prefixes and files")
        ((name, values),) = said.items()
        by, form = _FORMS[name]
        if not isinstance(values, list) or not 1 <= len(values) <= 100:
            return self.refused(f"1 to 100 {name}")
        if wrong := [value for value in values if not form.fullmatch(value)]:
            return self.refused(f"{wrong[0]} is none of {name}")
        if self.refuses & set(values):
            return _said(self.refuses_by, "Invalid")
        self.requests.append(Request(by, tuple(values)))
        body = {"success": True, "errors": [], "messages": [], "result": {"id": ZONE}}
        return web.json_response(body)


def _said(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    body = {"success": False, "errors": [{"code": status, "message": message}], "result": None}
    return web.json_response(body, status=status, headers=headers)
