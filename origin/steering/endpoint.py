"""``/steering/{playback_id}``: which pathway a player is to use (rfc8216bis §7).

It is the same for every playback id, and is answered for those that there are not: nothing is read
for it. Nor is it a secret: it names no more than the playlists of those that play without a token.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from secrets import token_urlsafe
from typing import Final
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from cdn.policy.cache_control import policy_for
from cdn.policy.object_class import ObjectClass
from cdn.steering.answer import SteeringRules, steering_manifest
from cdn.steering.player import read_player
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.pathways import with_pathways
from manifests.steering import ContentSteering
from origin.delivery.address import JSON_TYPE
from origin.steering.country import CountryOf, country_by_cdn
from origin.steering.probing import Probing
from origin.telemetry.metrics import Metrics
from origin.telemetry.requests import OBJECT_CLASS

_SESSION_BYTES: Final = 9


def new_session() -> str:
    """Return the name of a session that has asked nothing yet."""
    return token_urlsafe(_SESSION_BYTES)


class Steering:
    """Steers the players of one process."""

    def __init__(
        self,
        rules: SteeringRules,
        country_of: CountryOf = country_by_cdn,
        new_session: Callable[[], str] = new_session,
    ) -> None:
        self._rules = rules
        self._country_of = country_of
        self._new_session = new_session
        self._names = frozenset(pathway.name for pathway in rules.pathways)
        self._headers = {
            hdrs.CONTENT_TYPE: JSON_TYPE,
            **policy_for(ObjectClass.STEERING).headers,
        }
        self._probing = Probing(rules.pathways)

    @property
    def origins(self) -> tuple[str, ...]:
        """Where players of a page load from, and ask."""
        found = [pathway.origin for pathway in self._rules.pathways]
        if self._rules.server_url is not None:
            parts = urlsplit(self._rules.server_url)
            found.append(f"{parts.scheme}://{parts.netloc}")
        return tuple(dict.fromkeys(found))

    async def probing(self, _app: web.Application) -> AsyncIterator[None]:
        """Look whether the pathways answer, for as long as the application runs."""
        async with self._probing.running():
            yield

    def tell(self, metrics: Metrics) -> None:
        """Have it counted which pathways do not answer."""
        metrics.gauges(
            "silent_pathways",
            "Workers to which a pathway does not answer: their players use the others.",
            "pathway",
            lambda: {name: int(each.is_silent) for name, each in self._probing.health.items()},
        )

    def offer(self, playlist: MultivariantPlaylist, playback_id: str) -> MultivariantPlaylist:
        """Return an entry's playlist with the address of its steering manifest, and pathways."""
        rules = self._rules
        if not rules.cloned:
            offered = rules.offered(playback_id)
            playlist = with_pathways(playlist, {each.name: each.url for each in offered})
        steering = ContentSteering(rules.server_uri(playback_id), rules.first(playback_id))
        return replace(playlist, steering=steering)

    async def manifest(self, request: web.Request) -> web.Response:
        """Answer with a steering manifest."""
        player = read_player(
            request.query,
            self._names,
            new_session=self._new_session(),
            country=self._country_of(request),
        )
        body = steering_manifest(
            self._rules,
            player,
            request.match_info["playback_id"],
            self._probing.silent,
            self._probing.doubted,
        )
        response = web.Response(body=body, headers=self._headers)
        response[OBJECT_CLASS] = ObjectClass.STEERING
        return response
