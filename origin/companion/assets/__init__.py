"""Assets: packaged sound, and what its creator may know of it and do with it.

An asset's state is no column. It is derived (``rows``) from its newest packaging job, from what its
row in ``assets`` plays, and from whether all objects of that revision answered when somebody looked
(``looking``). ``watching`` runs beside a packaging worker: it looks, tells what changed as events,
and looks again, an asset every few seconds, for as long as there are assets.

Everything that changes what plays goes through the rows of ``packager.queue``; the store follows.
"""
