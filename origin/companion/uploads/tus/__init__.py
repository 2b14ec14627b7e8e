"""tus 1.0: a file in as many requests as it takes, and after however many interruptions.

https://tus.io/protocols/resumable-upload: the core, and the extensions Creation, Creation With
Upload, Creation Defer Length, Expiration, Checksum, Termination and Concatenation. ``fields`` reads
the protocol's header fields, ``described`` says what they are, ``marks`` puts on answers what all
of them carry, ``appending`` takes in the bytes of a request, ``concatenation`` makes one upload of
several, ``creation`` and ``resource`` are the endpoints.

How much has come is what the place has of it, and not what a row says: asked for under the hold
that also lets one append.
"""
