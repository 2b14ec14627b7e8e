"""Plays: what was heard, counted once, with nothing kept of who heard it."""
