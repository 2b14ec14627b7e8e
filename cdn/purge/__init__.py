"""Purging: having CDNs drop what has changed, each by the requests that it knows.

A ``target`` is what is to be dropped: a tag, all below a prefix, or a path; softly, where the copy
may be given until there is another. ``changes`` says which targets follow from what happened to an
asset, in the terms that a CDN knows; ``limits`` how much each takes at once and in a while, and who
says so; ``batch`` makes as few requests of targets as that allows, and ``rate`` tells when the next
one may be sent. All of these are pure.

``cloudfront``, ``fastly``, ``cloudflare``, ``varnish`` and ``nginx`` send a batch over a client
that they are given (``asking``; ``own`` is what the last two share); whatever goes wrong is a
``PurgeFailed`` then, which tells whether and when it may be tried again. ``address`` reads which of
them is meant by a URL, and ``opening`` opens it, with ``credentials``. ``sending`` sends targets at
once, for whoever waits for it. Nothing here repeats anything: that, and what is still to be sent,
is the caller's, and no queue is known here.
"""
