"""Signing in and out in a browser: one-time links, sessions and their cookie."""
