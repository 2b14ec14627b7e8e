"""Source file -> renditions in an object store.

A source is probed, a ladder chosen, then one decode pass feeds everything that needs samples:
the encoders (chunk by chunk, on the ladder's grid), the loudness meter and the waveform
(``reading``). All that happens in a child process, which holds what a hostile upload can do
(``sandbox``), and what comes back are values: frames become CMAF segments, segments become objects,
and the entry that makes the asset playable is written last (``package``). This package's
``__init__`` imports nothing: a process that serves must be able to read ``packager.errors`` without
loading a decoder.
"""
