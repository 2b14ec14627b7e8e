"""Fastly: a service in VCL (``vcl``), and what is around it for Terraform (``terraform``).

``route`` brings each request to its key, and ``token`` checks playback tokens.
"""
