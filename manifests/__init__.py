"""Playlists, ladder, key layout, validation: what HLS and DASH say, as pure functions and values.

Nothing here reads a file, a clock or a socket, and nothing outside the standard library is
imported, so every rule can be tried on its own. Bytes come in (``parse``, ``boxes``), values are
compared and checked (``validate``), bytes go out (``render``).
"""
