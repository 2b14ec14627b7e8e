"""What the companion API costs: each question its module, ``python -m benchmarks.api --help``."""
