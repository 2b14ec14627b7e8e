"""The one policy: by class of object, how long caches keep it, as what, and for whom.

Everything that faces a cache is made from these tables, so that it cannot disagree: the origin's
headers, every edge configuration (``cdn.edge``), and the table in ``cdn/README.md``, which a test
holds against ``table``. All of it is pure.

``object_class`` names what there is. ``lifetime`` says for how long each may be kept; the origin's
own tiers hold what answers are made of by ``holding``. ``cache_control`` makes headers of it for
one answer, and is where what is for one reader stays private, whatever its class. ``route`` tells
classes by their addresses, which is all that an edge knows before it asks, and ``cache_key`` what
of a request may part two copies: never what players measure (CMCD), never what they say to the
server of a playlist (``_HLS_*``), never a playback token. ``coding`` lists the content codings that
there are copies of, and ``cross_origin`` what lets players of other sites in.
"""
