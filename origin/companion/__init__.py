"""The companion API: what creators upload and say of it, and how listeners find and play it.

``api`` has the manners that all resources share: an ``Endpoint`` says what one operation takes and
gives, who may, and what can stand against it; from that come the route, its checks and its part of
the OpenAPI document. ``identity`` knows who asks. Each other room is a resource of the API: its
tables, its rules (pure), its endpoints.

The heavy work is not here: bytes are packaged by workers and served by ``delivery``.
"""
