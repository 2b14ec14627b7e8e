"""What is fetched from a URL that a creator names: by a worker, from public addresses alone.

Who may name a URL could have this server ask its own network. So it goes as
``outward`` does; a redirect is a new URL, checked as the first one was (``fetch``). ``job`` is the
queue's handler.
"""

from typing import Final

FETCH_KIND: Final = "fetch"
"""Of the queue's jobs that fetch."""
