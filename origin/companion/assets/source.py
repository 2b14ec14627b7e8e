"""Whether what an asset was made of is still there."""

import asyncio
from typing import Final

import obstore

from origin.delivery.errors import StoreUnavailable
from origin.stores.opening import local_path
from packager.errors import SourceNotFound
from packager.source.remote import FETCH_ERRORS, URL, RemoteSource

_ASKS_S: Final = 10.0


async def is_there(source: str) -> bool:
    """Tell whether there is something at a path or URL; raises StoreUnavailable.

    Of what cannot be asked, as links that are signed for a GET, it is believed.
    """
    path = local_path(source)
    if path is not None:
        return await asyncio.to_thread(path.is_file)
    url = URL.match(source)
    if url is None:
        return False
    try:
        remote = RemoteSource.at(url)
        if not remote.has_parts:
            return True
        async with asyncio.timeout(_ASKS_S):
            await obstore.head_async(remote.store, remote.key)
    except (FileNotFoundError, SourceNotFound):
        return False
    except FETCH_ERRORS as error:
        raise StoreUnavailable(
            "Where the upload is kept does not answer now; nothing was changed. Try again soon."
        ) from error
    return True
