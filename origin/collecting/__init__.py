"""Finding what a store holds and nothing needs, and removing it.

``entries`` knows what is published, ``rows`` what a database says, ``holdings`` what the store
lists, asset by asset; ``packager.publishing.garbage`` judges, ``collect`` carries out. What killed
writers leave in a folder is beside all that: ``leftovers``.

A listing is old by the time it has ended. So a removal is never made from it: an asset that has
garbage is listed again, its entries and its row are read again, and what is judged then goes at
once. A run may still find a revision complete at that moment, and write nothing but an entry:
``superseded`` sees to that.
"""
