"""What a CDN needs of an origin: how long to keep each answer, by which tags to drop it, for whom.

``policy`` decides cache headers by class of object, ``tags`` the labels for purging, ``signing``
which playback tokens are good. These are pure: the origin renders what they say. ``purge`` has CDNs
drop what has changed.
"""
