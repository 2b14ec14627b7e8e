"""Self-defence: what a connection may take of us, and what one client may.

A connection has time limits (``deadlines``): for a whole head, for a body, for taking what it asked
for. They are not kept by timers, of which ten thousand connections would need as many, but looked
at once a second in one sweep over all of them (``guard``). A client has limits of number
(``client``): of connections that are open, and of requests a second. Who the client is when a proxy
speaks for it, ``forwarding`` says.

Requests have to be such that every server in their way reads them alike: what aiohttp's parser lets
pass beyond that, ``request_reader`` refuses. ``strict``, ``timed`` and ``connection`` put all of it
under the hot path, as subclasses of aiohttp's protocol; what is refused is answered with problem
documents.

All limits hold for each process: workers know nothing of one another, and the kernel spreads the
connections of an address over them, unevenly. Limits divided by the number of workers would refuse
who is within them, all of whose requests may come over one connection; undivided, an address has at
most as many times the limit as there are workers.
"""
