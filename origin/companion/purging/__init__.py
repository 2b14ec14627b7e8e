"""Purging, as it was promised: what changes for listeners is dropped by every CDN, some time soon.

CDNs are known to the database (``registering``), so that whoever changes something promises it to
all of them, be they configured there or not. A promise (``promising``) is rows of what is to be
dropped, in the terms of each CDN, and a job of the queue for each CDN, in the transaction of the
change that is seen by caches: that is the one that notes that the store follows a row (until then
the row itself is the promise, since workers bring the store up to it), that removes objects, and
that tells of what answers of the API say. ``media`` says what follows for what plays, ``pictures``
for covers of tracks, and ``news`` for answers of the API.

One job at a time sends (``sending``, ``opening``) what is due for one CDN (``rows``), as much as a
request takes and as often as its rate allows; what comes meanwhile goes with the next one. What was
sent once is sent again 15 s later, for what the CDN was being given at that moment. Where one
fails, its rows stay, and the queue decides when it is tried again; others do not wait for it.
``watching`` tells metrics of all that.
"""
