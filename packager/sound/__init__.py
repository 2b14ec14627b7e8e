"""A source's sound: decoded once, at the ladder's rate and channels, and measured on the way."""
