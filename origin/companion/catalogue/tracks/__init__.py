"""Tracks: what is said of packaged sound, and the lists in which it is found."""
