"""What stands between delivery and the object stores, so that most reads never get there.

``TieredReader`` (``tiered``) looks in this process's memory (L1), then in Redis (L2, ``shared``, a
few values with each command: ``batch``), then in what is behind them (``origin.stores``), and
whoever asks for the same at the same time waits for the same read (``flights``); a list of what is
newest is made once a second (``listings``). How long a tier may hold an object follows from its key
and the one table in ``cdn.policy`` (``lifetimes``, pure). What a request's reads found is on its
``record``, which becomes its ``Cache-Status``.

Three rules keep wrong bytes from being served. What has no end in memory, or goes to Redis, is
listed in an index and was hashed on its way in. What changes lives for seconds, and goes at once
where a change is heard of (``changes``). A read that began before a change was heard of is
given to those who waited for it, and not held; nor is it held that it found nothing, whatever
changed.
"""
