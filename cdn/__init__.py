"""What a CDN needs of an origin: how long to keep each answer and by which tags to drop it.

``policy`` decides cache headers by class of object, ``tags`` the labels for purging. Both are pure:
the origin renders what they say.
"""
