"""Content steering (rfc8216bis §7): which CDN, or which edge, each player is to use. All pure.

A *pathway* is a place that has everything there is: a name, and the URL below which it is
(``pathway``). A player asks again and again which it should use, says which one it uses and how
fast that is (``player``), and is given all pathways in an order (``order``), in a document
(``answer``). Nothing is remembered between two questions but what the player brings along in the
address that it was given (RELOAD-URI): any process of any machine answers the same.

The order: pathways that answer before those that do not (``health``), then as ``order`` says.

Where playback tokens are in front of paths, a playlist cannot name other hosts: its URIs are
relative, so that one cached copy serves everyone and everyone's token is inherited. There all
variants are on the pathway ``.``, wherever the playlist came from, and the document has the other
pathways cloned from it: with another host, and the path as it is, token and all.
"""
