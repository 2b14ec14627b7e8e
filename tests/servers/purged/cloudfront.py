"""What moto does not know of CloudFront: invalidations stay in progress, and are bounded.

The documents are those of the API reference (2020-05-31); ``finish`` completes what is in progress.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from aiohttp import web

from tests.servers.purged.vendor import Request, Vendor

DISTRIBUTION = "E1PA6795UKMFR9"
_SPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
_ITEM = re.compile(r"/[!-)+-~]*\*?|#[!-+\--~]{1,256}")
PATHS_MAX, WILDCARDS_MAX = 3_000, 15


@dataclass
class CloudFrontApi(Vendor):
    in_progress: dict[str, list[str]] = field(default_factory=dict)
    done: dict[str, list[str]] = field(default_factory=dict)
    references: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    hides: set[str] = field(default_factory=set)
    tag_header: str = "Cache-Tag"
    denies: bool = False

    @property
    def purger(self) -> str:
        return f"cloudfront://{DISTRIBUTION}?endpoint={self.url}"

    def routes(self) -> list[web.RouteDef]:
        base = f"/2020-05-31/distribution/{DISTRIBUTION}"
        return [
            web.post(f"{base}/invalidation", self.create),
            web.get(f"{base}/invalidation", self.all),
            web.get(f"{base}/invalidation/{{id}}", self.one),
            web.get(f"{base}/config", self.config),
        ]

    def finish(self) -> None:
        self.done |= self.in_progress
        self.in_progress.clear()

    async def create(self, request: web.Request) -> web.Response:
        said = ET.fromstring(await request.read())  # noqa: S314 our own client's
        items = [item.text or "" for item in said.iterfind(f".//{{{_SPACE}}}Path")]
        reference = said.findtext(f"{{{_SPACE}}}CallerReference") or ""
        quantity = said.findtext(f".//{{{_SPACE}}}Quantity")
        is_signed = request.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 ")
        if self.denies or not is_signed:
            return _error(403, "AccessDenied")
        if reference in self.references:
            return self._again(reference, items)
        if quantity != str(len(items)) or not reference:
            return self._refused("InconsistentQuantities", str(quantity))
        if wrong := [item for item in items if not _ITEM.fullmatch(item)]:
            return self._refused("InvalidArgument", wrong[0])
        wildcards = sum(each.endswith("*") for each in [*items, *self._open()])
        if len(items) + len(self._open()) - wildcards > PATHS_MAX or wildcards > WILDCARDS_MAX:
            self.throttled += 1
            return _error(400, "TooManyInvalidationsInProgress")
        number = f"I{len(self.references) + 1:05}"
        self.references[reference] = number, items
        self.in_progress[number] = items
        self.requests.append(Request("item", tuple(items)))
        return web.Response(status=201, text=_invalidation(number, items, "InProgress"))

    async def all(self, request: web.Request) -> web.Response:
        size, marker = int(request.query.get("MaxItems", 100)), request.query.get("Marker", "")
        there = {*self.in_progress, *self.done} - self.hides
        every = sorted(there, reverse=True)  # the newest first
        behind = [each for each in every if not marker or each < marker]
        page, is_cut = behind[:size], len(behind) > size
        summaries = "".join(
            f"<InvalidationSummary><Id>{each}</Id><CreateTime>2026-01-01T00:00:00Z</CreateTime>"
            f"<Status>{'InProgress' if each in self.in_progress else 'Completed'}</Status>"
            "</InvalidationSummary>"
            for each in page
        )
        following = f"<NextMarker>{page[-1]}</NextMarker>" if is_cut else ""
        return web.Response(
            text=f'<InvalidationList xmlns="{_SPACE}"><Marker>{marker}</Marker>{following}'
            f"<MaxItems>{size}</MaxItems><IsTruncated>{str(is_cut).lower()}</IsTruncated>"
            f"<Quantity>{len(page)}</Quantity><Items>{summaries}</Items></InvalidationList>"
        )

    async def one(self, request: web.Request) -> web.Response:
        number = request.match_info["id"]
        items = self.in_progress.get(number, self.done.get(number))
        if items is None:
            return _error(404, "NoSuchInvalidation")
        status = "InProgress" if number in self.in_progress else "Completed"
        return web.Response(text=_invalidation(number, items, status))

    async def config(self, _request: web.Request) -> web.Response:
        tagged = (
            f"<CacheTagConfig><HeaderName>{self.tag_header}</HeaderName></CacheTagConfig>"
            if self.tag_header
            else ""
        )
        return web.Response(
            text=f'<DistributionConfig xmlns="{_SPACE}"><CallerReference>r</CallerReference>'
            f"<Comment/><Enabled>true</Enabled>{tagged}</DistributionConfig>"
        )

    def _again(self, reference: str, items: list[str]) -> web.Response:
        """Say what came of it before; nothing is created."""
        number, before = self.references[reference]
        if before != items:
            return self._refused("InvalidationBatchAlreadyExists", reference)
        status = "InProgress" if number in self.in_progress else "Completed"
        return web.Response(status=201, text=_invalidation(number, items, status))

    def _open(self) -> list[str]:
        return [item for items in self.in_progress.values() for item in items]

    def _refused(self, code: str, why: str) -> web.Response:
        self.wrong.append(f"{code}: {why}")
        return _error(400, code)


def _invalidation(number: str, items: list[str], status: str) -> str:
    paths = "".join(f"<Path>{item}</Path>" for item in items)
    return (
        f'<Invalidation xmlns="{_SPACE}"><Id>{number}</Id><Status>{status}</Status>'
        "<CreateTime>2026-01-01T00:00:00Z</CreateTime><InvalidationBatch><Paths>"
        f"<Quantity>{len(items)}</Quantity><Items>{paths}</Items></Paths>"
        "<CallerReference>r</CallerReference></InvalidationBatch></Invalidation>"
    )


def _error(status: int, code: str) -> web.Response:
    text = (
        f'<ErrorResponse xmlns="{_SPACE}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{code}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    )
    return web.Response(status=status, text=text, content_type="text/xml")
