"""Going out to addresses that strangers name, without reaching what is not theirs to reach.

A name may lead anywhere, and elsewhere the next time that it is looked up. So the rule is held
against each address of a name that is looked up once for a connection (``resolver``), and against
the very address that a socket is about to be connected to (``client``): a number in a URL is looked
up by nobody. ``addresses`` is the rule.
"""
