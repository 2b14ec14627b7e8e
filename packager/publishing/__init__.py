"""From access units to what players fetch: segments, renditions and revisions in the store.

Nothing here loads a decoder or an encoder.
"""
