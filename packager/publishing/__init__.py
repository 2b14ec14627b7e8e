"""From access units to what players fetch: segments, renditions and revisions in the store.

A ``rendition`` writer stores the chunks of a rung and a record of each, by which the next run
knows them (``recorded``); ``growing`` playlists list what all rungs have; ``completion`` makes the
revision whole, whose index goes in last (``publication``). A ``publisher`` says what plays, and
decides on a ``withdrawal`` where it came to nothing. All of it goes through ``storage``.

Nothing here loads a decoder or an encoder.
"""
