"""Playback tokens: who may play, decided where no session is known, at the edge or the origin.

A token is a JWT (RFC 7519) that names one playback id in ``aud`` and its end in ``exp``, signed by
whoever knows the listener, with a private key that a server needs only where it issues tokens. It
may be limited to a ``scope``, and by ``bounds`` to countries and pages (``referrer``). Servers and
edges hold public keys (``keys``), several at a time so that keys can be replaced while tokens of
both are out, each named by the ``kid`` in the token's header, and publish them as a JWK set
(RFC 7517); edges that know HMAC alone share a ``secret`` with who signs, which is published
nowhere. ``reading`` reads both. ``token`` signs and verifies, and ``claims`` is what is said.

``cloudfront`` is CloudFront's own way, URLs and cookies that are signed, and ``cookie`` how a
browser is given such. All modules are pure: keys, the time and random bytes are arguments.
"""
