"""Fastly: a service in VCL (``vcl``), and what is around it for Terraform (``terraform``).

``route`` brings each request to its key, ``token`` checks playback tokens, and ``answers`` is what
Fastly says by itself.
"""
