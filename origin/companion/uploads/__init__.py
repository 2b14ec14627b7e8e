"""Uploads: how sources come in, by whichever way suits who sends them.

``POST /v1/uploads`` says what is to come, and is told where to send it: by one plain PUT
(``content``), by tus 1.0 in as many requests as it takes (``tus``), in parts straight to the bucket
(``presigned``), or not at all: a worker fetches what is at a URL (``fetching``).

Bytes go to a *place*, which is where workers read (``places``): nothing is held whole in memory,
and what was received survives a restart. Who appends holds the upload by a lease in its row
(``holding``), so that processes on several machines take turns. When all of it is there, the row
says so in the transaction that also queues its packaging (``finishing``): a crash before it leaves
an upload that goes on where it was, and a crash after it a job.

Whatever is not finished in time expires (``reaping``).
"""
