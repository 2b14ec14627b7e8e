"""The object stores that are served: opened, read, and, where there are several, read as one.

``opening`` knows locations. A ``reader`` reads one store within limits, and turns its exceptions
into ours. ``several`` stores are read as one: ``homes`` decides, without any I/O, which of them
counts, and ``asking`` waits for what it takes to decide. What was read is held in ``cache``.
"""
