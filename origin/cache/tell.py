"""Telling who serves that objects have changed, as it looks from outside of the cache.

Redis is loaded where one is configured, and nowhere else.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

Tell = Callable[[Sequence[str]], Coroutine[Any, Any, None]]
"""Takes the keys of objects that were written or taken away."""


async def tell_nobody(_keys: Sequence[str]) -> None:
    """Leave it to lifetimes that what has changed is read anew."""
