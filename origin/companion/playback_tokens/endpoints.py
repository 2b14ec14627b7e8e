"""Playback tokens over HTTP.

A listener is nobody whom this API knows: their token comes from the backend of who owns the sound,
which shows a key that is good for ``playback``. Nothing is kept of a token, and nothing of who it
is for. What is still being packaged has a playback id already, and may get tokens; what was
deleted, or has another playback id now, gets none, and the tokens that are out end by themselves.
"""

from collections.abc import Sequence
from http import HTTPStatus
from math import floor

from cdn.signing.bounds import Bounds, read_bounds
from cdn.signing.keys import SigningKey
from cdn.signing.scope import EVERYTHING, Scope
from cdn.signing.secret import SecretKey
from cdn.signing.token import sign
from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.errors import BodyInvalid, FieldError
from origin.companion.api.models import NoQuery
from origin.companion.database import Database
from origin.companion.identity import principal
from origin.companion.identity.rules import is_owner
from origin.companion.playback_tokens import rows
from origin.companion.playback_tokens.models import PlaybackToken, PlaybackTokenDraft

ISSUERS = Who(principal.Role.CREATOR, principal.Scope.PLAYBACK)


class PlaybackTokens:
    """The endpoint; ``key`` signs."""

    def __init__(self, database: Database, key: SigningKey | SecretKey) -> None:
        self._database = database
        self._key = key

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return [
            Endpoint(
                method="POST", path="/v1/playback-tokens", name="issuePlaybackToken",
                tag="playback tokens", summary="Issue a playback token", handle=self.issue,
                who=ISSUERS, body=PlaybackTokenDraft, gives=PlaybackToken,
                status=HTTPStatus.CREATED, gives_secret=True,
            ),
        ]  # fmt: skip

    async def issue(self, call: Call[NoQuery, PlaybackTokenDraft]) -> Answer:
        """Whoever has it may play what it opens until it ends: nobody can take it back.

        Give it to one listener, for about as long as they will listen.
        """
        draft, now_s = call.body, call.now_s
        async with self._database.look(call.user) as connection:
            asset = await rows.behind(connection, draft.playback_id)
        if asset is None or not is_owner(call.user, asset.owner_id):
            detail = "you have no asset that plays by this id, or not any more"
            raise BodyInvalid([FieldError("#/playback_id", detail)])
        scopes = EVERYTHING if draft.scopes is None else frozenset(draft.scopes)
        token = sign(
            draft.playback_id,
            self._key,
            now_s=now_s,
            valid_for_s=draft.valid_for_s,
            scopes=scopes,
            bounds=_bounds(draft),
            asset_id=asset.asset_id,
        )
        under = f"/t/{token}/{draft.playback_id}"
        plays, tells = Scope.PLAY in scopes, Scope.ABOUT in scopes
        said = PlaybackToken(
            token=token,
            playback_id=draft.playback_id,
            expires_at=floor(now_s + draft.valid_for_s),
            scopes=sorted(scopes),
            countries=draft.countries,
            referrers=draft.referrers,
            allow_no_referrer=draft.referrers is None or draft.allow_no_referrer,
            hls=f"{under}.m3u8" if plays else None,
            dash=f"{under}.mpd" if plays else None,
            about=f"{under}.json" if tells else None,
        )
        return Answer(said, HTTPStatus.CREATED)


def _bounds(draft: PlaybackTokenDraft) -> Bounds:
    no_referrer = draft.allow_no_referrer if draft.referrers is not None else None
    return read_bounds(draft.countries, draft.referrers, no_referrer)
