"""Varnish: a VCL for 7.1 and newer, and the command that it is run with.

Each file here is about one of VCL's own nouns and writes its part of the built-in subroutines;
Varnish joins subroutines of one name in the order in which they stand, so that the order of parts
in ``configuration`` is the order in which a request meets them.

A request is brought to its key by its route (``route``), and finds a copy or asks for one
(``backend``). What comes is kept for as long as the origin says (``beresp``). A copy that is too
old is given while it is fetched anew, or because that failed (``grace``). What goes out is told as
a browser should have it (``resp``), or a part of it (``ranges``). ``purge`` drops copies, and
``invalidation`` those of what somebody changes; ``token`` asks the origin first whether a playback
token opens what is asked for, and ``synth`` is what Varnish says by itself. ``command`` is how it
is started.

Request fields that begin with ``X-Edge-`` are this configuration's own ``notes`` on a request.
"""
