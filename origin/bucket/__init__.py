"""Setting up the bucket that a store is in, and checking it.

obstore reads and writes objects; a bucket itself is made, and told whom to let in and what to clear
away, with aiobotocore. ``cors`` and ``lifecycle`` know which rules we need and find what is missing
in those that are there; ``provisioning`` asks and tells the server; ``connection`` reaches it.
"""
