"""Search: what listeners type, found among what is public.

Rows live in the database. Each machine keeps a local copy of what can be found of them, an index of
tantivy in the state folder, which is disposable: it is fed from the outbox (``catalogue.events``)
and made anew from the rows where it is gone, damaged or of another schema.

Text is folded here, in and out, by the same code (``folding``, ``words``); the engine sees nothing
but words with spaces between them, and never parses what somebody typed. What was typed (``typed``)
becomes questions to the engine (``questions``): as it is first, and with a typo in each word where
that finds little. The best thirty are ranked again (``ranking``), and shown with what matched
(``highlights``). Nothing is returned that its row on the primary does not allow.

One process of a machine feeds the index (``feeding``), and writes the lists that suggestions come
from; all of them read it (``index``). Until there is an index, the database is asked instead, which
finds less, and the answer says so (``fallback``).
"""
