"""Webhooks: what happens to what is somebody's is told to an address of theirs (Standard Webhooks).

``dispatching`` turns events into deliveries, one for each webhook that asks for the event, with a
job on the queue, in the transaction that moves its position on: none is lost or made twice.
``delivering`` does such a job: an attempt each, of which the last says when the next one is. So a
message comes at least once, and has the same ``webhook-id`` each time.
"""
