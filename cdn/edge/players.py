"""Parameters and header fields that players add, by name, for edges that know no patterns."""

from typing import Final

OF_PLAYERS: Final = (
    "CMCD",
    "_HLS_msn",
    "_HLS_part",
    "_HLS_pathway",
    "_HLS_primary_id",
    "_HLS_push",
    "_HLS_skip",
    "_HLS_start_offset",
    "_HLS_throughput",
)
"""All of ``cdn.policy.cache_key.OF_PLAYERS`` that there are (CTA-5004, rfc8216bis).

A cache policy of CloudFront names up to 10 (Developer Guide, "Quotas").
"""

FIELDS_OF_PLAYERS: Final = ("CMCD-Object", "CMCD-Request", "CMCD-Session", "CMCD-Status")
"""What they put into header fields (CTA-5004), of which an origin that hears of misses alone has
no use, as of their queries: an edge's log has them.
"""
