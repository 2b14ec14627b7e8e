"""CloudFront: a distribution (``distribution``), and what it runs for requests (``function``).

It is written down twice, out of the same description: by ``cloudformation``, whose parts are
``formed_*``, and by ``terraform``, whose parts are ``resource_*``.
"""
