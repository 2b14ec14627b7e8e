"""Cloudflare: rules of a zone, and a Worker that checks playback tokens."""
