"""Similar tracks: what the same people hear on a day, and what the same things are said of.

``pairing`` counts which tracks one listener has heard on one day, from the marks of plays
(``plays.tables``), while those are there: it reads who a listener is to that day, and writes sums
of pairs of tracks alone. A pair makes tracks similar only where more than one listener's day stands
behind it, so that nobody's taste is read off an answer. ``making`` chooses the most similar ones of
a track from that and from what is said of tracks (``closeness``), some tracks at a time;
``keeping`` does both beside serving, in one process at a time. What is read is held against rows at
that moment.
"""
