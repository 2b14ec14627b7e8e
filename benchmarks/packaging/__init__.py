"""How fast packaging is, and what it needs: one question a module, answered as JSON.

    python -m benchmarks.packaging QUESTION [--help]

=================  ==============================================================================
``ffmpeg``         the same three renditions of one WAV by ffmpeg, in one command; with
                   ``--seconds 240`` of a track of four minutes
``same-coder``     the same, with ffmpeg's own coder settings on both sides
``cores``          one core against two, and from what was measured on to sixteen
``first-segments`` how soon the first segment of every rung of a long source is stored
``memory``         four minutes against ten hours, which take a quarter of an hour
``many-files``     many files at once against one after the other
=================  ==============================================================================

Contestants take turns, and each round begins with another one, so that whatever else the machine
does falls on all of them. A figure is the median of the rounds, a ratio the median of the rounds'
ratios. Each run is a process of its own with all that it starts: its time on the clock, its time on
the processors, and the most memory that the tree of processes held at once. ``goals`` are what the
figures are to reach on two cores that do nothing else.
"""
