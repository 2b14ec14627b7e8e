"""An edge made of nginx (1.22 or later, with what every build of it has): balancer and cache.

``configuration`` puts together one whole ``nginx.conf``. What is done with a request is decided by
``maps`` alone, out of the policy, as names of places; ``places`` are the named locations that do
it, and ``servers`` send each request to its place at once, with no location looked at before:
nginx would choose by a path that it has decoded, and keys are made of what was sent. ``upstreams``
are whom it asks, ``tokens`` how it has them checked, ``purging`` how a copy is replaced.
"""
