"""A CDN that is purged: whether it would be, without anything being dropped."""

from collections.abc import Sequence

from cdn.errors import CdnError
from cdn.purge.address import Address
from cdn.purge.opening import open_purgers
from origin.checkup.finding import Finding, fail, fine, sentence_of
from origin.settings import purge_credentials


async def look_at_purger(url: str) -> Sequence[Finding]:
    """Ask it for something that changes nothing, with the credentials that there are."""
    try:
        address = Address.parse(url)
        async with open_purgers([address], purge_credentials()) as purgers:
            said = await purgers[address.name].look()
    except CdnError as error:
        return [
            fail(
                f"What --purge names does not let us purge: {sentence_of(error)}.",
                "Until then, listeners behind it may be given for a day what is no more.",
            )
        ]
    return [fine(f"{address.name}: {said}.")]
