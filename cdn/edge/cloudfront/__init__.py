"""CloudFront: a distribution (``distribution``), and what it runs for requests (``function``).

It is written down twice, out of the same description: as CloudFormation (``cloudformation``), and
for Terraform (``terraform``).
"""
