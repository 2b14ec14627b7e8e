"""Server-sent events of assets (WHATWG HTML §9.2).

``frames`` writes them. ``hub`` asks the database for all streams of a process, and only while there
are any: what was told since, and how far jobs are. Events have numbers and come from their table,
so that a client is told everything behind the last number that it has seen, by whichever process;
progress has none, and is only ever told as it is now. ``endpoints`` are the streams.
"""
