"""Configurations of edges: what nginx, Varnish, Caddy or a CDN has to be told to stand in front.

An edge of one's own is described once (``plan``; ``roles`` says which role is asked for what), and
so is one of a CDN (``cloud``). Each folder here writes it down for one kind, out of ``cdn.policy``:
what is kept, as what, and for whom is decided there alone. What CDNs run is in ``javascript``, and
``script`` gives it its rules; ``players`` names parameters for those that know no patterns, and
``hcl`` is Terraform's language. All of it is pure: a configuration is a name and a text.
"""
