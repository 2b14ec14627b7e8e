"""A segment, as an index lists it, for what reads through the tiers of the cache."""

import hashlib

from manifests.index import StoredObject

KEY_OF = "media/a/r/128k/{:05d}.m4s"
SOUND = bytes(range(256)) * 400
LISTED = StoredObject("name", len(SOUND), hashlib.sha256(SOUND).hexdigest())
