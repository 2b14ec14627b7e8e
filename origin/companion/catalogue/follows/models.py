"""What is given of follows."""

from origin.companion.api.models import Given, Moment
from origin.companion.catalogue.tracks.models import ArtistName


class Follow(Given):
    """Whom a user follows, and since when."""

    artist: ArtistName
    followed_at: Moment
