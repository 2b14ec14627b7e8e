"""Whose an asset is, which another room knows."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection

AssetOwner = Callable[[AsyncConnection, str], Awaitable[str | None]]
"""Tells whose an asset is; None where there is none, or nobody knows."""
