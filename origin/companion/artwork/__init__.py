"""A track's own artwork, in place of the cover that its sound has.

What is sent is looked at in a child (``packager.sandbox.picture``), which makes the same sizes of
it as of covers in sources, and stored under a new id, so that nothing that is served ever changes.
The row of a picture comes first and says when it is to be collected (``lifecycle``); the track's
row takes that back. So whoever is killed in between leaves nothing for ever, and what is replaced,
or whose track is deleted, goes a while later.
"""
