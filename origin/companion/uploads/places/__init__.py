"""Where the bytes of an upload go, and stay while more is to come: a place for each kind of store.

``folder`` appends to a file beside the source's, which then is renamed. ``bucket`` uploads parts to
S3, whose list of parts is the truth, with what is too short for a part in an object beside.
``spool`` collects in the state folder and copies at the end, for stores that know neither.
"""
