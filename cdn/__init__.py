"""What a CDN needs of an origin: how long to keep each answer, by which tags to drop it, for whom.

``policy`` decides cache headers by class of object, ``tags`` the labels for purging, ``signing``
which playback tokens are good, ``steering`` which pathway a player is to use, and ``cmcd`` what
players tell of how they are served. ``edge`` writes configurations of what stands in front. These
are pure: the origin renders what they say. ``purge`` has CDNs drop what has changed, and heeds
``retry_after``. What goes wrong is one of ``errors``.
"""
