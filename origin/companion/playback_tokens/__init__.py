"""Issuing playback tokens to who owns what plays: to a backend that knows who listens."""
