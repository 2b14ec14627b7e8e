"""Cloudflare: ``rules`` of a zone, and a ``worker`` that checks playback tokens, as ``documents``.

``expression`` says which requests a rule is for.
"""
