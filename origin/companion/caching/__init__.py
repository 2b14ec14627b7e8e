"""Answers that are kept for whoever asks next, in memory and in Redis.

Kept are answers to GETs of nobody in particular, of endpoints that say so (``Endpoint.kept``).
What is said to who is signed in is never kept, nor given from here: so nobody reads anything older
than what they wrote, and nobody what is another's.

An answer is about some subjects: ``user:{artist}``, ``content:{track or album}``, ``search:...``
for lists (``subjects``). What is told of in the outbox (``catalogue.events``) raises those that it
concerns to its number (``concerned``), and an answer knows the number of the last event that its
rows were read after (``noting``): it counts for as long as none of its subjects is above that. Each
process follows the outbox by itself (``following``), so what it knows needs nobody's cache, and
there are no counters in Redis to be lost, raced for, or altered. ``user:*`` is a subject of all
that is about any user.

A process that commits a change has followed it before it answers. The others are woken by pub/sub,
or look by themselves every quarter of a second: what they give is a second old at most, while their
database answers. What tells no event (how often something was played) grows old by time: an answer
is fresh for some seconds, then given once more while it is made anew (``policy``).

Redis has what processes have made, for those that have not (``shared``). What comes from there is
sealed with a key that is in the database, and held against the same numbers.
"""
