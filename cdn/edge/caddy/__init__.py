"""Caddy: a Caddyfile for 2.9 and newer, as its stock build reads it.

Caddy ends TLS (with certificates that it gets by itself), speaks HTTP/1.1, 2 and 3, and balances.
It keeps nothing: its stock build has no cache. So every request reaches an origin, which looks at
playback tokens itself; to have Caddy ask it first would be the same work twice.

``installation`` is what the machine is like, ``balancing`` which origin is asked, and
``configuration`` puts the file together.
"""
