"""``soundbridge validate``: fetch a whole presentation and let ``manifests.validate`` judge it.

``target`` says what an argument means, ``source`` is the one door through which bytes come in
(over HTTP, or from a folder or an object store; both bounded in size, time and concurrency),
``rendition`` and ``presentation`` walk from playlists to segments and keep facts rather than
bodies, and ``report`` prints what the rules found. Nothing here decides what is right: that is
``manifests.validate``.

What a playlist says is never trusted with reach: from HTTP it leads to HTTP alone, from a folder or
a store it leads to objects below that root alone.
"""
