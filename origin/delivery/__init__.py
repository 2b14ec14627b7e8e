"""Answering players and the CDNs between: playlists, segments and what goes with them.

A request passes through ``handlers``, which say what resource it means, and ``answer``, which turns
a resource into a response in the order of RFC 9110 §13.2. Every decision on the way is made in a
pure module: ``address`` (what a name is), ``encoding``, ``conditional``, ``range``. Bytes come
through ``reading``, the one module that knows how a store fails. Errors are typed (``errors``) and
become problem documents in one place (``problem``).
"""
