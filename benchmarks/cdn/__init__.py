"""What a cache in front of the origin gives, and what answering for it costs."""
