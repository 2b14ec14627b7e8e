"""What players tell of how they are served, from the requests that tell it to figures.

``intake`` takes note of a request, beside its answer, and that is all that it costs there. What is
noted is read a moment later, a slice at a time, and handed to the one process on this machine that
has its session (``links``, ``order``). That one adds up what ``cdn.cmcd`` derives (``gathering``):
as metrics (``counts``), and by asset and day (``sums``), for whoever has a database to write down
(``forwarding``, where that is another). What edges tell of by their logs is of sessions of its own,
and of the time that the log says (``edge``).
"""
