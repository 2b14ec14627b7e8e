"""Albums, and series such as podcasts: tracks of one artist, in an order."""
