"""What is asked of edges, as properties have it: at every route, and at addresses made up.

None is written oddly (``cdn.policy.cache_key``): those have no copy by the policy, and clouds do
with them what they like.
"""

from typing import Final

from hypothesis import strategies as st

from tests.functional.edge_tokens import SEGMENT

PATHS: Final = st.one_of(
    st.sampled_from(
        [
            "/",
            "/tracks/x",
            "/song.m3u8",
            "/song.packed.m3u8",
            "/song.mpd",
            "/song.json",
            "/media/a1/r1/128k/00001.m4s",
            "/media/a1/r1/128k/00001.aac",
            "/media/a1/r1/128k/init.mp4",
            "/media/a1/r1/128k/playlist.m3u8",
            "/media/a1/r1/manifest.mpd",
            "/media/a1/r1/waveform.dat",
            "/media/a1/r1/waveform.json",
            "/media/a1/r1/artwork-640.jpg",
            "/growing/a1/r1/128k/playlist.m3u8",
            "/growing/a1/r1/128k/init.mp4",
            "/artwork/t1/w1/64-00ff.jpg",
            "/assets/page-x.js",
            "/v1/tracks",
            "/v1/tracks/x.json",
            "/openapi.json",
            "/.well-known/jwks.json",
            "/healthz",
            "/steering/song",
            "/readyz",
        ]
    ),
    st.sampled_from(["/song.m3u8", "/song.json", SEGMENT, "/media/a1/r1/artwork-64.jpg"]),
    st.from_regex(r"/[a-z0-9_-]{1,8}(/[a-z0-9_-][a-z0-9_.-]{0,7}){0,3}", fullmatch=True),
)
CODINGS: Final = st.sampled_from(
    [None, "gzip", "br, gzip", "gzip, deflate, br, zstd", "br;q=0", "x"]
)
ORIGINS: Final = st.sampled_from([None, "https://a.example", "https://b.example"])
QUERIES: Final = st.lists(
    st.sampled_from(["limit=3", "q=a", "CMCD=sid%3d1", "_HLS_msn=3", "_HLS_pathway=b", "CMC=1"]),
    max_size=3,
).map("&".join)
