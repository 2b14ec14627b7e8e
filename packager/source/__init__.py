"""A source as it came: found, opened with care, measured, and asked for its words and pictures."""
