"""Read a source in a process of its own: uploads are hostile, and decoders are written in C.

``packager.reading.Reading`` is all that looks into a source's bytes. Here it runs in a child::

    parent: Reader ── read(path, limits, workers, allowance) ──> child: Reading(path, ...)
            IsolatedReading.plan     <── plan ──
            IsolatedReading.chunks   ── chunks(done) ──>
                                     <── chunk ── chunk ── ... (the pipe is the back-pressure)
            IsolatedReading.finding  <── finding ──           or at any point <── failure ──

The child has no credentials in its environment, no open files but its two pipes, and gives up what
it will not need before it opens the source (``confinement``): where the kernel has Landlock and
seccomp, all other files, the network, programs and processes. It dies with its parent. What it
sends is not trusted, since the source may have taken it over: frames are bounded (``frames``), what
is in them is decoded by type and never unpickled (``values``), it has to be what follows from the
plan (``expectation``), and what it tells of the source has to be of the form and size that such
things have (``claims``). Whatever goes wrong, the child is killed and one typed error raised.

The source may still be arriving (``packager.source.arrival``): then the child waits for what it
reads, and nobody counts that as standing still.

One child reads one source, so that no source meets what another left behind. It may be a copy of
a process that has loaded the decoders (``warm``, ``template``): then a short file waits for no
imports.

Nothing in here but the child's own side imports a decoder.
"""
