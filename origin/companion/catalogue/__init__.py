"""What there is to hear and whose it is: artists, tracks, albums and series, who follows whom.

A track is what is said of an asset, which is packaged sound: the one can be changed at any time,
and the other is immutable. A track without an asset is a draft. What is ``public`` is listed and
found; what is ``unlisted`` is there for who knows its id; what is ``private``, for its owner.

Each change is told in the same transaction as it is made (``events``), for whoever follows:
search, webhooks, caches.
"""
