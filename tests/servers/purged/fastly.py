"""Fastly's purging API, as its reference describes it: batches of keys, and single URLs.

The token's scope is ``purge_select``: it may read nothing.
"""

import re
from dataclasses import dataclass, field

from aiohttp import web

from tests.servers.purged.bucket import Bucket
from tests.servers.purged.vendor import TOKEN, Request, Vendor

SERVICE = "SU1Z0isxPaozGVKXdv0eY"
_KEY = re.compile(r"[!-~]{1,1024}")


@dataclass
class FastlyApi(Vendor):
    bucket: Bucket = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.bucket = Bucket(100_000 / 3_600, 100_000, self.clock)

    @property
    def purger(self) -> str:
        return f"fastly://{SERVICE}?endpoint={self.url}"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/service/{service}/purge", self.keys),
            web.post("/purge/{url:.+}", self.one),
        ]

    async def keys(self, request: web.Request) -> web.Response:
        stop = self._stops(request) or self._of_another(request)
        if stop is not None:
            return stop
        said = await request.json()
        if request.content_type != "application/json" or set(said) != {"surrogate_keys"}:
            return self.refused("JSON with surrogate_keys alone is known")
        keys = said["surrogate_keys"]
        if not 1 <= len(keys) <= 256 or not all(_KEY.fullmatch(key) for key in keys):
            return self.refused("1 to 256 keys of visible ASCII, up to 1,024 bytes each")
        if self.refuses & set(keys):
            return web.json_response({"msg": "Bad request"}, status=400)
        return self._dropped(request, "tag", tuple(keys), {key: f"108-{key}" for key in keys})

    async def one(self, request: web.Request) -> web.Response:
        stop = self._stops(request)
        if stop is not None:
            return stop
        if await request.read():
            return self.refused("there is no content")
        url = request.raw_path.removeprefix("/purge/")
        if "." not in url.partition("/")[0] or not url.partition("/")[2]:
            return self.refused(f"{url} is no URL without its scheme")
        return self._dropped(request, "path", (url,), {"status": "ok", "id": "108-1"})

    def _dropped(
        self, request: web.Request, by: str, values: tuple[str, ...], said: dict[str, str]
    ) -> web.Response:
        if not self.bucket.take(len(values)):
            self.throttled += 1
            return web.json_response({"msg": "Too many"}, status=429, headers={"Retry-After": "1"})
        soft = request.headers.get("Fastly-Soft-Purge") == "1"
        self.requests.append(Request(by, values, soft))
        return web.json_response(said)

    def _stops(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Fastly-Key") != TOKEN:
            return web.json_response({"msg": "Provided credentials are missing"}, status=401)
        if request.headers.get("Fastly-Soft-Purge", "1") != "1":
            return self.refused("Fastly-Soft-Purge is 1 or not there")
        return None

    def _of_another(self, request: web.Request) -> web.Response | None:
        if request.match_info["service"] != SERVICE:
            return web.json_response({"msg": "Record not found"}, status=404)
        return None
