"""Artists: the profiles under which creators publish."""
