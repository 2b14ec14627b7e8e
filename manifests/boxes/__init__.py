"""ISO-BMFF boxes (ISO/IEC 14496-12), written and read by the same code.

A box is a size, a four-character kind and a payload (``box``). One noun of the standard lives in
each file as a value that knows its bytes: ``encode`` writes the box, ``decode`` reads one back, so
that what the packager writes and what the validator expects cannot drift apart. Containers are not
nouns: ``packager.publishing.cmaf`` composes them, ``initialization`` and ``media_segment`` walk
down them.

Reading is for other people's bytes. It goes down known paths only, so nesting cannot exhaust the
stack; it copies no payload and never loops over a count that the bytes do not back, so time is
linear in what was given. Bytes that cannot be walked raise ManifestError with the box's kind;
bytes that can be walked but break a rule become ``facts`` for the validator to judge.
"""

from manifests.boxes.facts import FragmentFacts, InitFacts, SegmentFacts, TrackFacts
from manifests.boxes.initialization import read_init
from manifests.boxes.media_segment import read_media_segment

__all__ = [
    "FragmentFacts",
    "InitFacts",
    "SegmentFacts",
    "TrackFacts",
    "read_init",
    "read_media_segment",
]
