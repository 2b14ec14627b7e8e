"""The SQL database: SQLite in a file by default, PostgreSQL where there are several machines.

``engine`` opens it and knows what differs between the two; ``migrations`` bring its schema up to
date. The tables belong to the packages that use them.
"""
