"""Going out to addresses that strangers name, without reaching what is not theirs to reach.

A name may lead anywhere, and elsewhere the next time that it is looked up. So the rule is held
against the very address that a socket is about to be connected to (``client``), and against
nothing before. ``addresses`` is the rule.
"""
