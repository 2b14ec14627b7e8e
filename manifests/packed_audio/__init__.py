"""Packed audio (RFC 8216 §3.4): frames one after another, behind a tag that says when they begin.

Players that know no fMP4 take it. A segment begins with an ID3 tag (``timestamp_tag``), its frames
have headers that make each decodable by itself (``adts``), and nothing else is in it: no
initialization section, and no edit list to leave out what an encoder put in front of the sound.

Like ``manifests.boxes``, each noun is written and read by the same code, and ``read_packed_audio``
walks down other people's bytes in linear time.
"""

from manifests.packed_audio.facts import PackedFacts, read_packed_audio

__all__ = ["PackedFacts", "read_packed_audio"]
