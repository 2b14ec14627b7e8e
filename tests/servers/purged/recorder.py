"""An edge that keeps nothing, and remembers what it was to fetch anew, as our nginx is asked."""

from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

from tests.servers.purged.varnish import SECRET
from tests.servers.purged.vendor import Vendor


@dataclass
class EdgeRecorder(Vendor):
    heads: Counter[tuple[str, str]] = field(default_factory=Counter)
    breaks: frozenset[str] = frozenset()

    @property
    def purger(self) -> str:
        return self.url.replace("http://", "nginx://")

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/{path:.*}", self.renew)]

    async def renew(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Purge-Secret") != SECRET:
            return web.Response(status=403)
        if request.method != "HEAD" or await request.read():
            return self.refused(f"{request.method} is not HEAD")
        if request.path in self.breaks:
            return web.Response(status=503, headers={"Retry-After": "2"})  # as an origin does
        self.heads[request.raw_path, request.headers["Accept-Encoding"]] += 1
        return web.Response(status=410)

    def paths(self) -> list[str]:
        """Return what was fetched anew since the last time, sorted; each in each coding once."""
        taken, self.heads = self.heads, Counter()
        for (path, _), times in taken.items():
            codings = {coding for other, coding in taken if other == path}
            media = path.endswith((".m4s", ".mp4", ".aac", ".jpg"))
            assert codings == ({"identity"} if media else {"br", "gzip", "identity"})
            assert times == 1, path
        return sorted({path for path, _ in taken})
