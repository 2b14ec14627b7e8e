"""The job queue: rows in a SQL database, claimed under a lease that is fenced.

Every function takes an open connection and leaves the commit to its caller, so that an upload and
its job, or a result and its job's success, are one transaction. A worker claims a job for some
seconds, extends that lease with heartbeats, and ends it with success or failure. Each claim draws a
fencing token, larger than all before it; whatever a worker does to its job afterwards names that
token, and does nothing but raise LeaseLost where a later claim has been made. Leases, and with them
clocks, decide only how soon a dead worker's job is taken up again; who may publish is decided by
the token, inside the transaction.

    queued -> running -> succeeded
      ^          |-> parked     at fault itself, or tried too often; the reason is kept
      '----------'              failed, released, or its worker was not heard of

Work that ends in a row of this database happens once. Work outside of it (a webhook, a purge) can
happen again if its worker dies between doing and saying so: such handlers must bear repetition.

``policy`` decides, ``tables`` says where it is kept; ``enqueue``, ``claim``, ``lease`` and
``stats`` are the statements; ``assets`` is what publication writes; ``worker`` runs handlers.
"""
