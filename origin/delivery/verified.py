"""Tokens that were verified already, so that the next request under them costs a look-up. Pure.

Verifying takes some 80 microseconds; players send one token with every request. A token is known
by all of its bytes: a dictionary compares keys whole, behind a hash that is secret to the process,
so no time tells how much of a guess was right. Only good tokens are kept, so that nobody can drive
them out with bad ones, and of those the latest.

A token ends by the wall clock, as its signer meant it: where that is set, tokens that were good end
sooner or later than they would have.

What is answered under any token is kept by the path with a dash for the token (``path_without``),
apart from what is answered without one: so no answer that needed a token is ever given to a
request that has none. Nor is one to a request under a token that is bound to countries or pages:
whether it opens something hangs on more than its path.
"""

from typing import Final

from cdn.signing.bounds import ANYWHERE
from cdn.signing.claims import PlaybackToken
from cdn.signing.scope import ABOUT_ENDINGS, EVERYTHING, Scope
from manifests.layout import GROWING_PREFIX, MEDIA_PREFIX
from origin.memory_shares import USUAL

PREFIX: Final = "/t/"
"""What stands in front of a token, as a token does in front of a path: ``/t/{token}/...``."""

_PREFIX: Final = PREFIX.encode()
_PREFIX_LENGTH: Final = len(_PREFIX)
_PATH_OF_ALL: Final = _PREFIX + b"-"
_BESIDE_TOKEN_BYTES: Final = 800
"""What it takes to remember a token, and what it opens."""
_BOUND_BYTES: Final = 300
"""What it takes to remember one country or page, at most."""
_ABOUT_ENDINGS: Final = tuple(ending.encode() for ending in ABOUT_ENDINGS)
_ASSETS_MAX: Final = 4
"""Assets behind a playback id in the time of a token: one, or more where it is published anew."""


class VerifiedToken:
    """What one token opens, and until when; times here are Unix time.

    One that is limited to a scope, or bound to countries or pages, ``is_limited``.
    """

    __slots__ = ("_assets", "expires_at_s", "is_limited", "opens", "playback_id", "said")

    def __init__(self, said: PlaybackToken) -> None:
        self.said = said
        self.playback_id = said.playback_id
        self.expires_at_s = said.expires_at_s
        self.is_limited = said.scopes != EVERYTHING or said.bounds is not ANYWHERE
        self._assets: tuple[str, ...] = ()
        self.opens = self._prefixes()

    def is_for_asset(self, asset_id: str) -> bool:
        """Tell whether this asset is known to be behind the playback id."""
        return asset_id in self._assets

    def add_asset(self, asset_id: str) -> None:
        """Let the token open this asset, which is behind its playback id."""
        self._assets = (*self._assets, asset_id)[-_ASSETS_MAX:]
        self.opens = self._prefixes()

    def drop_asset(self, asset_id: str) -> None:
        """Let the token open this asset no more, unless it is found behind its id once again."""
        if asset_id in self._assets:
            self._assets = tuple(each for each in self._assets if each != asset_id)
            self.opens = self._prefixes()

    def opens_by_path_alone(self, path: bytes) -> bool:
        """Tell whether it opens a path whatever else a request says: within its scope, unbound."""
        scope = Scope.ABOUT if path.endswith(_ABOUT_ENDINGS) else Scope.PLAY
        return self.said.bounds is ANYWHERE and scope in self.said.scopes

    def size_bytes(self) -> int:
        """How much it takes to remember, beside the token."""
        bounds = self.said.bounds
        bound_to = len(bounds.countries or ()) + len(bounds.referrers or ())
        return _BESIDE_TOKEN_BYTES + bound_to * _BOUND_BYTES

    def _prefixes(self) -> tuple[bytes, ...]:
        """Return how every path begins that it opens; no id has a dot or a slash in it."""
        tops = (MEDIA_PREFIX, GROWING_PREFIX)
        folders = [f"/{top}/{asset}/" for asset in self._assets for top in tops]
        return tuple(prefix.encode() for prefix in (f"/{self.playback_id}.", *folders))


class VerifiedTokens:
    """The tokens of one process."""

    def __init__(self, bytes_max: int = USUAL.tokens) -> None:
        self._tokens: dict[bytes, VerifiedToken] = {}
        self._bytes_max = bytes_max
        self._size_bytes = 0

    def __len__(self) -> int:
        """Return how many are known."""
        return len(self._tokens)

    def path_without(self, path: bytes, now_s: float) -> bytes | None:
        """Return a path with a dash for its token; one without a token as it is.

        None where the token is not known, or not good for this path, or not any more, or where
        it hangs on more than the path.
        """
        if not path.startswith(_PREFIX):
            return path
        token_end = path.find(b"/", _PREFIX_LENGTH)
        known = self._tokens.get(path[_PREFIX_LENGTH:token_end])
        if known is None or now_s >= known.expires_at_s:
            return None
        if not path.startswith(known.opens, token_end):
            return None
        if known.is_limited and not known.opens_by_path_alone(path):
            return None
        return _PATH_OF_ALL + path[token_end:]

    def find(self, token: bytes, now_s: float) -> VerifiedToken | None:
        """Return what is known of a token; None where it is not known, or not good any more."""
        known = self._tokens.get(token)
        if known is None or now_s < known.expires_at_s:
            return known
        self._forget(token)
        return None

    def remember(self, token: bytes, said: PlaybackToken) -> VerifiedToken:
        """Keep what a token was found to open, in the place of those that were kept first."""
        known = VerifiedToken(said)
        if token in self._tokens:
            self._forget(token)
        self._tokens[token] = known
        self._size_bytes += len(token) + known.size_bytes()
        while self._size_bytes > self._bytes_max and self._tokens:
            self._forget(next(iter(self._tokens)))
        return known

    def removed(self, asset_id: str) -> None:
        """Let no token open an asset that was removed, as far as that is remembered."""
        for known in self._tokens.values():
            known.drop_asset(asset_id)

    def _forget(self, token: bytes) -> None:
        self._size_bytes -= len(token) + self._tokens.pop(token).size_bytes()
