"""What is wrong with a presentation: rules over values, findings out.

Facts come first: lines, parsed playlists (``written``), boxes and sizes (``measured``), how objects
arrived (``delivery``), and all of it together (``presentation``). Each module of rules takes one
kind of facts and is a table of small functions, so a rule can be read, tried and cited by itself.
Nobody here fetches anything: ``origin.inspection`` does, and hands over what it got.

The rules are those of RFC 8216, rfc8216bis and Apple's HLS authoring specification that concern
on-demand audio, and of ISO/IEC 14496-12 as far as HLS leans on it. ``CATALOGUE`` lists them all.
"""

from manifests.validate.catalogue import CATALOGUE, Entry
from manifests.validate.finding import Finding, Severity

__all__ = ["CATALOGUE", "Entry", "Finding", "Severity"]
