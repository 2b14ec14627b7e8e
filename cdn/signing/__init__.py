"""Playback tokens: who may play, decided where no session is known, at the edge or the origin.

A token is a JWT (RFC 7519) that names one playback id in ``aud`` and its end in ``exp``, signed by
whoever knows the listener, with a private key that no server of ours needs. Servers and edges hold
public keys (``keys``), several at a time so that keys can be replaced while tokens of both are out,
each named by the ``kid`` in the token's header, and publish them as a JWK set (RFC 7517). ``token``
signs and verifies. Both modules are pure: keys and the time are arguments.
"""
