"""An edge made of nginx (1.22 or later, with what every build of it has): balancer and cache.

``configuration`` puts together one whole ``nginx.conf``. What becomes of a request is decided by
maps alone, out of the policy: ``maps`` find route, key and what the origin is asked, and ``places``
the location that answers. ``servers`` send each request there at once, with no location looked at
before: nginx would choose by a path that it has decoded, and keys are made of what was sent.
``locations`` ask, keep and answer, ``answers`` are what they add to what an origin says.
``upstreams`` are whom they ask, ``tokens`` how they have those checked, ``purging`` how a copy is
replaced. ``installation`` is where nginx has its files, ports and room.
"""
