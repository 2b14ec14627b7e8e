"""What players tell of how they are served (CTA-5004, CMCD), and what objects tell of themselves.

``report`` says what one request told, ``parse`` finds that in a query or in header fields, and
``place`` what the request asked for. ``session`` makes of a session's requests, one after another,
what a person would have noticed, by the last segment that was ``asked`` for; its module says what
each figure is, and what it cannot be.
``sessions`` keeps many of them, within bounds, ``sampling`` says whose are looked at, and
``figures`` adds up. ``cmsd`` is the other direction (CTA-5006). All of it is pure: the origin gives
requests and times, and takes figures.
"""
