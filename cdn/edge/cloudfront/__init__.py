"""CloudFront: a distribution (``distribution``), and what it runs for requests (``function``).

It is written down twice, by ``cloudformation`` and by ``terraform``, out of the same description.
"""
