"""The keys by which programs are known, for whom they belong to."""
