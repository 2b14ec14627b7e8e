"""A user's own account: who they are, what they did, all that is theirs, and its end."""
