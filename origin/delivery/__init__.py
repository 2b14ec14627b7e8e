"""Answering players: ranges, conditions, compression and the handlers that use them."""
