"""Whether a playback token opens something, by what it says and by what its playback id plays.

It opens the entry of its playback id, and what is below ``/media`` and ``/growing`` of the asset
behind that: of all its revisions, since a listener in the middle of one stays there when another is
published. It opens nothing else, and of this only what is in its scope, in its countries, on its
pages. So that something is not there is said only of what the token opens.
"""

import time
from dataclasses import dataclass, field

from aiohttp import web

from cdn.errors import TokenExpired, TokenRefused
from cdn.signing.bounds import ANYWHERE
from cdn.signing.scope import Scope
from cdn.signing.token import KeyRing
from origin.delivery.circumstances import CircumstanceFields
from origin.delivery.errors import NotFound, TokenElsewhere, TokenForAnother, TokenInvalid
from origin.delivery.published import Published
from origin.delivery.verified import VerifiedToken, VerifiedTokens


@dataclass(frozen=True, slots=True)
class TokenRules:
    """Which tokens are good, whether there has to be one, and which are known already.

    ``checked_by_cdn`` says that the CDN gives nobody what their own token does not open.
    ``circumstances`` is where requests tell what tokens may be bound to.
    """

    keys: KeyRing
    required: bool = False
    checked_by_cdn: bool = False
    verified: VerifiedTokens = field(default_factory=VerifiedTokens)
    circumstances: CircumstanceFields = field(default_factory=CircumstanceFields)

    def verify(self, text: str) -> VerifiedToken:
        """Return what a token opens, from memory or from its signature; raises TokenInvalid."""
        now_s = time.time()
        token = text.encode()
        known = self.verified.find(token, now_s)
        if known is not None:
            return known
        try:
            said = self.keys.verify(text, now_s)
        except TokenExpired as error:
            raise TokenInvalid(
                "This token has expired; ask for a new one where it came from."
            ) from error
        except TokenRefused as error:
            raise TokenInvalid("This is no token that is good here.") from error
        return self.verified.remember(token, said)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be opened: an entry or objects of an asset, and which of them."""

    scope: Scope
    playback_id: str | None = None
    asset_id: str | None = None


class Opening:
    """Holds tokens against what they are to open."""

    def __init__(self, published: Published, circumstances: CircumstanceFields) -> None:
        self._published = published
        self._circumstances = circumstances

    async def require(self, known: VerifiedToken, wanted: Wanted, request: web.Request) -> None:
        """Return where a token opens what is wanted; else raise TokenElsewhere, TokenForAnother."""
        bounds = known.said.bounds
        if bounds is not ANYWHERE and not bounds.allow(self._circumstances.read(request)):
            raise TokenElsewhere("This token is good in other countries, or on other pages.")
        if wanted.scope not in known.said.scopes:
            raise TokenForAnother(f"This token is not good for `{wanted.scope}`.")
        if wanted.asset_id is None:
            is_open = wanted.playback_id == known.playback_id
        else:
            is_open = await self._is_behind(known, wanted.asset_id)
        if not is_open:
            raise TokenForAnother("This token opens something else.")

    async def _is_behind(self, known: VerifiedToken, asset_id: str) -> bool:
        """Tell whether the token's playback id plays this asset, or has done so before."""
        if known.is_for_asset(asset_id):
            return True
        try:
            entry = await self._published.entry(known.playback_id)
        except NotFound:  # but what is asked for may be there, for others
            return False
        if entry.asset_id != asset_id:
            return False
        known.add_asset(asset_id)
        return True
