"""What a cache in front keeps off the origin."""
