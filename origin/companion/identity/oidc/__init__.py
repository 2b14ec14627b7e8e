"""Tokens of identity providers (OpenID Connect): which are good, and who they say somebody is.

``token`` decides whether a token is good by a set of keys, ``keys`` reads such a set, ``claims``
finds roles in what it says: all three are pure. ``issuer`` fetches and keeps the keys, ``subjects``
knows the users, and from which token each has a role; ``bearers`` puts it together.
"""
