"""Configurations of edges: what nginx, Varnish, Caddy or a CDN has to be told to stand in front.

An edge is described once (``plan``), and each file here writes it down for one kind of server, out
of ``cdn.policy``: what is kept, as what, and for whom is decided there alone. All of it is pure: a
configuration is a name and a text.
"""
