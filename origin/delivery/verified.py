"""Tokens that were verified already, so that the next request under them costs a look-up. Pure.

Verifying takes some 80 microseconds; players send one token with every request. A token is known
by all of its bytes: a dictionary compares keys whole, behind a hash that is secret to the process,
so no time tells how much of a guess was right. Only good tokens are kept, so that nobody can drive
them out with bad ones, and of those the latest.

A token ends by the wall clock, as its signer meant it: where that is set, tokens that were good end
sooner or later than they would have.

What is answered under any token is kept by the path with a dash for the token (``path_without``),
apart from what is answered without one: so no answer that needed a token is ever given to a
request that has none.
"""

from typing import Final

from origin.memory_shares import USUAL

PREFIX: Final = "/t/"
"""What stands in front of a token, as a token does in front of a path: ``/t/{token}/...``."""

_PREFIX: Final = PREFIX.encode()
_PREFIX_LENGTH: Final = len(_PREFIX)
_PATH_OF_ALL: Final = _PREFIX + b"-"
_BESIDE_TOKEN_BYTES: Final = 800
"""What it takes to remember a token, and what it opens."""
_ASSETS_MAX: Final = 4
"""Assets behind a playback id in the time of a token: one, or more where it is published anew."""


class VerifiedToken:
    """What one token opens, and until when; times here are Unix time."""

    __slots__ = ("_assets", "expires_at_s", "opens", "playback_id")

    def __init__(self, playback_id: str, expires_at_s: float) -> None:
        self.playback_id = playback_id
        self.expires_at_s = expires_at_s
        self._assets: tuple[str, ...] = ()
        self.opens = self._prefixes()

    def is_for_asset(self, asset_id: str) -> bool:
        """Tell whether this asset is known to be behind the playback id."""
        return asset_id in self._assets

    def add_asset(self, asset_id: str) -> None:
        """Let the token open this asset, which is behind its playback id."""
        self._assets = (*self._assets, asset_id)[-_ASSETS_MAX:]
        self.opens = self._prefixes()

    def _prefixes(self) -> tuple[bytes, ...]:
        """Return how every path begins that it opens; no id has a dot or a slash in it."""
        folders = [f"/{top}/{asset}/" for asset in self._assets for top in ("media", "growing")]
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

        None where the token is not known, or not good for this path, or not any more.
        """
        if not path.startswith(_PREFIX):
            return path
        token_end = path.find(b"/", _PREFIX_LENGTH)
        known = self._tokens.get(path[_PREFIX_LENGTH:token_end])
        if known is None or now_s >= known.expires_at_s:
            return None
        if not path.startswith(known.opens, token_end):
            return None
        return _PATH_OF_ALL + path[token_end:]

    def find(self, token: bytes, now_s: float) -> VerifiedToken | None:
        """Return what is known of a token; None where it is not known, or not good any more."""
        known = self._tokens.get(token)
        if known is None or now_s < known.expires_at_s:
            return known
        self._forget(token)
        return None

    def remember(self, token: bytes, playback_id: str, expires_at_s: float) -> VerifiedToken:
        """Keep what a token was found to open, in the place of those that were kept first."""
        known = VerifiedToken(playback_id, expires_at_s)
        if token in self._tokens:
            self._forget(token)
        self._tokens[token] = known
        self._size_bytes += _size_bytes(token)
        while self._size_bytes > self._bytes_max:
            self._forget(next(iter(self._tokens)))
        return known

    def _forget(self, token: bytes) -> None:
        del self._tokens[token]
        self._size_bytes -= _size_bytes(token)


def _size_bytes(token: bytes) -> int:
    return len(token) + _BESIDE_TOKEN_BYTES
